// Which server the scripts of this folder ask, and as whom. Both come from the environment, so that
// a test and a person at a terminal start them alike:
//
//   ENDPOINT=http://127.0.0.1:8000/graphql TOKEN=clog_… node http-audit.mjs
//
// A script is a list of checks, each a sentence and a function that throws where it does not hold.

import { setTimeout as pause } from "node:timers/promises";

/** The GraphQL endpoint. */
export const endpoint = setting("ENDPOINT");
/** An access token of a domain with records. */
export const token = setting("TOKEN");

/** How long a check may take: far more than any does, so that a slow machine fails none. */
const LIMIT = 60_000;

/** A setting, which must be there unless there is something else to take. */
export function setting(name, otherwise) {
    const value = process.env[name] ?? otherwise;
    if (value === undefined) {
        console.error(`${name} is not set`);
        process.exit(2);
    }
    return value;
}

/** `fetch`, with the token. */
export function authorized(url, options = {}) {
    const headers = new Headers(options.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(url, { ...options, headers });
}

/** What the server answers to a document. */
export async function answer(query, variables = {}) {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const body = JSON.stringify({ query, variables });
    const response = await authorized(endpoint, { method: "POST", headers, body });
    return response.json();
}

/** The data of a document that must not fail. */
export async function ask(query, variables) {
    const { data, errors } = await answer(query, variables);
    ensure(!errors, `${query}: ${JSON.stringify(errors)}`);
    return data;
}

/** Throws where something does not hold. */
export function ensure(holds, words) {
    if (!holds) {
        throw new Error(words);
    }
}

/** Does the checks one after the other, and ends the process: with 1 where one of them failed. */
export async function judge(checks) {
    let failed = 0;
    for (const [sentence, check] of checks) {
        try {
            await Promise.race([check(), overdue()]);
        } catch (error) {
            failed += 1;
            // Clients throw what they like: errors, lists of them, the event of a socket's closing.
            const closed = error.code && `closed with ${error.code} ${error.reason}`;
            console.log(`FAILED  ${sentence}\n        ${error.message || closed || JSON.stringify(error)}`);
        }
    }
    console.log(`${checks.length - failed} of ${checks.length}`);
    // Sockets that a failed check left open keep nobody waiting.
    process.exit(failed === 0 && checks.length > 0 ? 0 : 1);
}

async function overdue() {
    await pause(LIMIT, undefined, { ref: false });
    throw new Error(`not within ${LIMIT / 1000} seconds`);
}
