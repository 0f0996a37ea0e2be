// A socket that speaks graphql-transport-ws message by message, as no well-meaning client does:
// what is sent is up to the test, and how the server closes is what it asks.

import WebSocket from "ws";
import { endpoint, ensure, token } from "./server.mjs";

/** The endpoint's address for sockets. */
export const address = endpoint.replace(/^http/, "ws");
/** The one protocol that is spoken. */
export const PROTOCOL = "graphql-transport-ws";
/** How a caller says who it is. */
export const CREDENTIALS = { Authorization: `Bearer ${token}` };

/** A socket that is open. */
export class Socket {
    #socket;
    #waiting = [];
    #received = [];

    /** Resolves when the server closes: the code and the reason. */
    closed;

    /** Opens one. */
    static async open({ protocol = PROTOCOL, origin } = {}) {
        const opened = new Socket();
        const socket = (opened.#socket = new WebSocket(address, protocol, { origin, perMessageDeflate: false }));
        socket.on("message", (data) => opened.#take(JSON.parse(data)));
        opened.closed = new Promise((resolve) => {
            socket.on("close", (code, reason) => {
                resolve({ code, reason: reason.toString() });
                opened.#take(undefined);
            });
        });
        await new Promise((resolve, reject) => {
            socket.on("open", resolve);
            socket.on("error", reject);
            socket.on("unexpected-response", (_, response) => reject(new Refused(response.statusCode)));
        });
        // What breaks from here on shows in how the socket closes.
        socket.removeAllListeners("error");
        socket.on("error", () => {});
        return opened;
    }

    /** Opens one and says who asks. */
    static async ready(options) {
        const socket = await Socket.open(options);
        socket.send({ type: "connection_init", payload: CREDENTIALS });
        const { type } = await socket.next();
        ensure(type === "connection_ack", `${type} instead of connection_ack`);
        return socket;
    }

    /** Sends a message; text as it is. */
    send(message) {
        this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
    }

    /** Asks for an operation under an id. */
    subscribe(id, query, variables) {
        this.send({ id, type: "subscribe", payload: { query, variables } });
    }

    /** The next message; the server's pings are answered, and are none. */
    async next() {
        for (;;) {
            const message = this.#received.length > 0 ? this.#received.shift() : await this.#arrival();
            if (message === undefined) {
                const { code, reason } = await this.closed;
                throw new Error(`closed with ${code} ${reason} before a message came`);
            }
            if (message.type !== "ping") {
                return message;
            }
            this.send({ type: "pong" });
        }
    }

    /** Closes, as a client that is done. */
    close() {
        this.#socket.close(1000);
    }

    #arrival() {
        return new Promise((resolve) => this.#waiting.push(resolve));
    }

    #take(message) {
        const waits = this.#waiting.shift();
        if (waits) {
            waits(message);
        } else {
            this.#received.push(message);
        }
    }
}

/** The server would not open a socket. */
export class Refused extends Error {
    constructor(status) {
        super(`refused with the status ${status}`);
        this.status = status;
    }
}
