// What scanners look for on a GraphQL endpoint, asked of a server with production settings (no
// introspection, no GET). The questions are those of graphql-cop, the scanner that auditors run
// first, put in this project's own words: it is in no registry under its name. Where it looks for
// one exact symptom, these checks are stricter.

import { authorized, endpoint, ensure, judge } from "./server.mjs";

const SKIP = "@skip(if: false)";
const JSON_TYPE = { "content-type": "application/json" };
const repeat = (count, make) => Array.from({ length: count }, (_, n) => make(n)).join(" ");

/** Sends anything, and answers with the status, the text, and the body where it is JSON. */
async function send(method, body, headers = JSON_TYPE, query = "") {
    const url = query ? `${endpoint}?${new URLSearchParams({ query })}` : endpoint;
    const response = await authorized(url, { method, headers, body });
    const text = await response.text();
    let json;
    try {
        json = JSON.parse(text);
    } catch {
        json = undefined;
    }
    return { status: response.status, text, json };
}

const ask = (query) => send("POST", JSON.stringify({ query }));

/** Nothing was executed, and the answer says why in a sentence. */
async function refused(asked) {
    const { status, text, json } = await asked;
    ensure(!json?.data && !Array.isArray(json), `executed: ${status} ${text.slice(0, 300)}`);
    ensure(status < 500, `the server failed: ${status} ${text.slice(0, 300)}`);
}

/** The same, with few errors: an answer that grows with the question is a lever too. */
async function refusedBriefly(asked) {
    const { text, json } = await asked;
    await refused(asked);
    ensure(json?.errors?.length <= 25 && text.length < 4000, `${json?.errors?.length} errors, ${text.length} bytes`);
}

await judge([
    [
        "an ordinary query is answered, so that refusals mean something",
        async () => ensure((await ask("{ __typename }")).json?.data?.__typename, "not answered"),
    ],
    ["101 aliases are refused", () => refusedBriefly(ask(`{ ${repeat(101, (n) => `a${n}: __typename`)} }`))],
    [
        "a batch of 11 is refused",
        () => refused(send("POST", JSON.stringify(Array(11).fill({ query: "{ __typename }" })))),
    ],
    ["unknown directives are refused", () => refusedBriefly(ask(`{ viewer ${repeat(40, () => "@aa")} { name } }`))],
    ["many directives are refused", () => refusedBriefly(ask(`{ __typename ${repeat(250, () => SKIP)} }`))],
    ["a field repeated is refused", () => refusedBriefly(ask(`{ ${repeat(5000, () => "__typename")} }`))],
    ["unknown fields are no flood of errors", () => refusedBriefly(ask(`{ ${repeat(400, (n) => `x${n}`)} }`))],
    [
        "circular introspection is refused",
        () => refused(ask(`{ __schema { types { ${"fields { type { ".repeat(4)} name ${"} } ".repeat(4)} } } }`)),
    ],
    ["introspection is refused", () => refused(ask("{ __schema { types { name fields { name } } } }"))],
    ["introspection of one type is refused", () => refused(ask('{ __type(name: "Query") { fields { name } } }'))],
    [
        "fragments in a circle are refused",
        () => refused(ask("{ ...A } fragment A on Query { __typename ...B } fragment B on Query { ...A }")),
    ],
    ["a query by GET is refused", () => refused(send("GET", undefined, {}, "{ __typename }"))],
    ["a mutation by GET is refused", () => refused(send("GET", undefined, {}, "mutation { __typename }"))],
    ["a query in the address of a POST is refused", () => refused(send("POST", undefined, {}, "{ __typename }"))],
    [
        "a form is refused",
        () => {
            const type = { "content-type": "application/x-www-form-urlencoded" };
            return refused(send("POST", new URLSearchParams({ query: "{ __typename }" }).toString(), type));
        },
    ],
    [
        "JSON that says it is text is refused: a page elsewhere can send that",
        () => refused(send("POST", JSON.stringify({ query: "{ __typename }" }), { "content-type": "text/plain" })),
    ],
    [
        "no name is suggested",
        async () => {
            for (const query of ["{ viewr { name } }", "{ __schema { directive } }", "{ viewer { nam } }"]) {
                const { text } = await ask(query);
                ensure(!/did you mean/i.test(text), `${query}: ${text}`);
            }
        },
    ],
    [
        "no trace, exception or stack is told",
        async () => {
            for (const query of ["{ __typename }", "qwerty cop { abc }", "{ viewer(x: 1) { name } }", "{"]) {
                const { text } = await ask(query);
                ensure(!/stack ?trace|exception|"tracing"|\.rs:|panicked/i.test(text), `${query}: ${text}`);
            }
        },
    ],
    [
        "no console is served",
        async () => {
            for (const path of ["/", "/graphiql", "/playground", "/console", "/graphql"]) {
                const page = await authorized(new URL(path, endpoint), { headers: { accept: "text/html" } });
                ensure(!/graphiql|graphql[ -]playground/i.test(await page.text()), `${path} serves one`);
            }
        },
    ],
]);
