// GraphQL over server-sent events, a connection an operation: the protocol's own client (npm
// graphql-sse) for those who mean well, and plain requests for what an answer must look like.

import { createClient } from "graphql-sse";
import { QUERY, RECORDS, wellMeant } from "./live.mjs";
import { authorized, endpoint, ensure, judge, token } from "./server.mjs";

const STREAM = "text/event-stream";

const client = createClient({ url: endpoint, headers: { Authorization: `Bearer ${token}` }, retryAttempts: 0 });

/** Asks for an event stream. */
function request(query, { headers = {}, send = authorized, variables = {} } = {}) {
    const all = { accept: STREAM, "content-type": "application/json", ...headers };
    return send(endpoint, { method: "POST", headers: all, body: JSON.stringify({ query, variables }) });
}

/** The events of a stream that ends: their names and data. */
async function events(response) {
    ensure(response.status === 200, `${response.status} ${await response.clone().text()}`);
    ensure(response.headers.get("content-type").startsWith(STREAM), response.headers.get("content-type"));
    const blocks = (await response.text()).replaceAll("\r\n", "\n").split("\n\n");
    const field = (block, name) => block.match(new RegExp(`^${name}: ?(.*)$`, "m"))?.[1];
    return blocks.map((b) => ({ event: field(b, "event"), data: field(b, "data") })).filter(({ event }) => event);
}

/** Errors come as results do: to a browser's EventSource a status says nothing. */
async function errs(query, options) {
    const [next, complete, ...more] = await events(await request(query, options));
    ensure(next.event === "next" && JSON.parse(next.data).errors[0].message, JSON.stringify(next));
    ensure(JSON.parse(next.data).data === undefined, `executed: ${next.data}`);
    ensure(complete?.event === "complete" && more.length === 0, "not completed");
}

async function status(expected, response) {
    const { status } = await response;
    ensure(status === expected, `${status}`);
}

async function byGet(query, expected) {
    const url = `${endpoint}?${new URLSearchParams({ query })}`;
    await status(expected, authorized(url, { headers: { accept: STREAM } }));
}

async function answered() {
    const response = await request(QUERY);
    const caching = response.headers.get("cache-control") ?? "";
    ensure(/no-cache|no-store/.test(caching), `cache-control: ${caching}`);
    const [next, complete, ...more] = await events(response);
    ensure(next.event === "next" && JSON.parse(next.data).data.viewer.name, JSON.stringify(next));
    // Without data, an EventSource would not tell of it.
    ensure(complete.event === "complete" && complete.data === "" && more.length === 0, JSON.stringify(complete));
}

/** The head of the answer comes at once, however long the first event takes. */
async function opens() {
    const gone = new AbortController();
    const send = (url, options) => authorized(url, { ...options, signal: gone.signal });
    await status(200, request(RECORDS, { send, variables: { name: "nobody" } }));
    gone.abort();
}

const nested = "[".repeat(3000) + "]".repeat(3000);

await judge([
    ...wellMeant((request) => client.iterate(request)),
    ["an answer is a stream of events", answered],
    ["a subscription is open before anything happens", opens],
    ["a query that is no GraphQL is an event", () => errs("{")],
    ["a query that is wrong is an event", () => errs("{ nonsense }")],
    ["a subscription that is wrong is an event", () => errs("subscription { exportUpdated { id } }")],
    ["a filter that is wrong is an event", () => errs(RECORDS, { variables: {} })],
    ["values nested deeply are an event", () => errs(`{ viewer(x: ${nested}) { name } }`)],
    ["a stranger gets no stream", () => status(401, request(QUERY, { send: fetch }))],
    ["a form gets no stream", () => status(415, request(QUERY, { headers: { "content-type": "text/plain" } }))],
    ["a query by GET gets a stream", () => byGet(QUERY, 200)],
    ["a mutation by GET does not", () => byGet("mutation { __typename }", 405)],
    [
        "a subscription without a stream is refused",
        async () => {
            const headers = { accept: "application/json" };
            const answer = await (await request(RECORDS, { headers, variables: { name: "x" } })).json();
            ensure(answer.errors[0].message && !answer.data, JSON.stringify(answer));
        },
    ],
]);
