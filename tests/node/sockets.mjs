// GraphQL over WebSocket: the protocol's own client (npm graphql-ws) for those who mean well, and
// bare sockets (npm ws) for those who do not: each closing code of graphql-transport-ws, sockets
// from foreign pages, too much of anything.
//
// The server's time for `connection_init` must be short (GRAPHQL_WS_INIT_TIMEOUT).

import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { QUERY, RECORDS, wellMeant } from "./live.mjs";
import { ask, endpoint, ensure, judge } from "./server.mjs";
import { address, CREDENTIALS, Refused, Socket } from "./socket.mjs";

/** Operations that nobody needs on one socket. */
const TOO_MANY = 300;
/** Bytes that nobody needs in a message. */
const TOO_LARGE = 17 * 1024 * 1024;

const settings = { url: address, webSocketImpl: WebSocket, connectionParams: CREDENTIALS };
const client = createClient({ ...settings, retryAttempts: 0 });

/** The server goes on, whatever was sent to it. */
async function alive() {
    ensure((await ask(QUERY)).viewer.name, "the server does not answer any more");
}

/** Sends to a socket, which must be closed with a code. */
async function closes(code, opening, ...messages) {
    const socket = await opening;
    messages.forEach((message) => socket.send(message));
    const closed = await socket.closed;
    ensure(closed.code === code, `closed with ${closed.code} ${closed.reason}`);
    await alive();
}

/** The server opens no socket, and says so with a status; or it closes it at once with a code. */
async function refuses(options, status, code) {
    try {
        const { closed } = await Socket.open(options);
        ensure(code && (await closed).code === code, "the socket was opened");
    } catch (error) {
        ensure(error instanceof Refused && error.status === status, error.message);
    }
}

/** An operation that ends with an error, and leaves its socket open. */
async function errs(query, variables) {
    const socket = await Socket.ready();
    socket.subscribe("1", query, variables);
    const { type, id, payload } = await socket.next();
    ensure(type === "error" && id === "1", `${type} ${JSON.stringify(payload)} instead of an error`);
    ensure(Array.isArray(payload) && payload[0].message, `no list of errors: ${JSON.stringify(payload)}`);
    socket.subscribe("2", QUERY);
    ensure((await socket.next()).payload.data.viewer.name, "the next operation is not answered");
    socket.close();
    await alive();
}

async function idsAreFreeAgain() {
    const socket = await Socket.ready();
    for (const _ of [1, 2]) {
        socket.subscribe("1", QUERY);
        ensure((await socket.next()).payload.data.viewer.name, "no result");
        ensure((await socket.next()).type === "complete", "not completed");
    }
    socket.subscribe("2", RECORDS, { name: "nobody" });
    socket.send({ id: "2", type: "complete" });
    socket.subscribe("2", QUERY);
    ensure((await socket.next()).payload.data.viewer, "not the second operation's result");
    ensure((await socket.next()).type === "complete", "not completed");
    // What is over, or never was, is nobody's mistake.
    socket.send({ id: "2", type: "complete" });
    socket.subscribe("3", QUERY);
    ensure((await socket.next()).id === "3", "an answer to another operation");
    socket.close();
}

async function pong() {
    const socket = await Socket.open();
    socket.send({ type: "ping" });
    ensure((await socket.next()).type === "pong", "no pong");
    socket.close();
}

/** A client that closes is let go as it came, not dropped. */
async function farewell() {
    const socket = await Socket.ready();
    socket.subscribe("1", RECORDS, { name: "nobody" });
    socket.close();
    const { code } = await socket.closed;
    ensure(code === 1000, `closed with ${code}`);
}

/** Surplus operations end with an error, or the socket with 4429; and another socket is served. */
async function tooMany() {
    const socket = await Socket.ready();
    for (let n = 0; n < TOO_MANY; n += 1) {
        socket.subscribe(`${n}`, RECORDS, { name: "nobody" });
    }
    const first = await Promise.race([socket.next().catch(() => undefined), socket.closed]);
    const code = first?.code ?? (first ? undefined : (await socket.closed).code);
    ensure(first?.type === "error" || code === 4429, `${JSON.stringify(first)} ${code}`);
    socket.close();
    await errs("{ nonsense }");
}

const nested = "[".repeat(3000) + "]".repeat(3000);
const bomb = Array.from({ length: 25 }, (_, n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`).join(" ");
const init = { type: "connection_init", payload: CREDENTIALS };
const operation = { id: "1", type: "subscribe", payload: { query: RECORDS, variables: { name: "nobody" } } };
const named = (payload) => ({ type: "connection_init", payload });
/** None of these is a message of the protocol. */
const NONSENSE = ["nonsense", "[]", "42", "{}", '{"type":"nonsense"}', '{"type":7}', '{"id":"1","type":"subscribe"}'];
const LIKE_OURS = `${new URL(endpoint).origin}.evil.example`;
const OURS = new URL(endpoint).origin;

await judge([
    ...wellMeant((request) => client.iterate(request)),
    ["a ping is answered, before connection_init too", pong],
    ["an id is free again when its operation is over", idsAreFreeAgain],
    ["a client that closes is answered", farewell],
    ["a query that is no GraphQL ends with an error", () => errs("{")],
    ["a query that is wrong ends with an error", () => errs("{ nonsense }")],
    ["a subscription that is wrong ends with an error", () => errs("subscription { exportUpdated { id } }")],
    ["a filter that is wrong ends with an error", () => errs(RECORDS, {})],
    ["values nested deeply end with an error", () => errs(`{ viewer(x: ${nested}) { name } }`)],
    ["fragments that multiply end with an error", () => errs(`{ ...f0 } ${bomb} fragment f25 on Query { __typename }`)],
    ...NONSENSE.map((text) => [`4400: ${text} is no message`, () => closes(4400, Socket.ready(), text)]),
    ["4400: an operation without a query", () => closes(4400, Socket.ready(), { ...operation, payload: {} })],
    ["4400: an operation without an id", () => closes(4400, Socket.ready(), { ...operation, id: undefined })],
    ["4400: nonsense before connection_init", () => closes(4400, Socket.open(), "nonsense")],
    ["4401: an operation before connection_init", () => closes(4401, Socket.open(), operation)],
    ["4403: an unknown token", () => closes(4403, Socket.open(), named({ Authorization: "Bearer nonsense" }))],
    ["4403: no token", () => closes(4403, Socket.open(), named(undefined))],
    ["4403: something that is no token", () => closes(4403, Socket.open(), named({ Authorization: 7 }))],
    ["4406: another protocol", () => refuses({ protocol: "graphql-ws" }, 400, 4406)],
    ["4406: no protocol", () => refuses({ protocol: [] }, 400, 4406)],
    ["4408: no connection_init", () => closes(4408, Socket.open())],
    ["4409: an id that is in use", () => closes(4409, Socket.ready(), operation, operation)],
    ["4429: a second connection_init", () => closes(4429, Socket.ready(), init)],
    ["4429: two at once", () => closes(4429, Socket.open(), init, init)],
    ["403: a page of somebody else's", () => refuses({ origin: "https://evil.example" }, 403)],
    ["403: a page of nobody's", () => refuses({ origin: "null" }, 403)],
    ["403: a page whose address begins like ours", () => refuses({ origin: LIKE_OURS }, 403)],
    ["a page of the server's own opens a socket", async () => (await Socket.ready({ origin: OURS })).close()],
    ["too many operations on a socket are refused", tooMany],
    [
        "a message that is too large closes the socket",
        async () => {
            const socket = await Socket.ready();
            socket.subscribe("1", `{ viewer { name } } #${" ".repeat(TOO_LARGE)}`);
            const { code } = await socket.closed;
            ensure([1006, 1009, 4400].includes(code), `closed with ${code}`);
            await alive();
        },
    ],
]);
