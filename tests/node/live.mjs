// What is live, as those who mean well see it: the same whichever way it is transported, so that
// the clients of both protocols are put through it.

import { setTimeout as pause } from "node:timers/promises";
import { ask, ensure } from "./server.mjs";

/** A name that no record has but those recorded here. */
const APPLICATION = `Live ${process.pid}-${Date.now()}`;

const RECORD = "mutation ($input: RecordConnectorLogsInput!) { recordConnectorLogs(input: $input) { recordedCount } }";
const EXPORT = "mutation { exportLogs(input: { format: CSV }) { export { id } } }";

/** A query, which every transport answers too. */
export const QUERY = "{ viewer { name } }";
/** An export as it proceeds. */
const PROGRESS = "subscription ($id: ID!) { exportUpdated(id: $id) { id status file { url } } }";
/** Records to an application as they come. */
export const RECORDS = `subscription ($name: String!) {
    connectorLogRecorded(filter: { applicationTo: [$name] }) { id applicationTo { name } }
}`;

/** Checks for a client: `iterate` asks for an operation, and answers with its results one by one. */
export const wellMeant = (iterate) => [
    ["a query is answered, once", () => answeredOnce(iterate)],
    ["an export is watched until its file is there", () => exportWatched(iterate)],
    ["records arrive as they come, each where its filter matches", () => recordsArrive(iterate)],
];

async function answeredOnce(iterate) {
    const results = [];
    for await (const result of iterate({ query: QUERY })) {
        results.push(result);
    }
    ensure(results.length === 1 && results[0].data.viewer.name, JSON.stringify(results));
}

async function exportWatched(iterate) {
    const { id } = (await ask(EXPORT)).exportLogs.export;
    for await (const { data, errors } of iterate({ query: PROGRESS, variables: { id } })) {
        ensure(!errors && data.exportUpdated.id === id, JSON.stringify(errors ?? data));
        if (data.exportUpdated.status === "COMPLETED") {
            ensure(data.exportUpdated.file.url.startsWith("http"), "no link");
            return;
        }
    }
    throw new Error("the subscription ended before the export was completed");
}

async function recordsArrive(iterate) {
    const names = [`${APPLICATION} A`, `${APPLICATION} B`];
    const seen = names.map(async (name) => {
        for await (const { data, errors } of iterate({ query: RECORDS, variables: { name } })) {
            const to = data?.connectorLogRecorded?.applicationTo?.name;
            ensure(to === name, `${name} got ${to} ${JSON.stringify(errors)}`);
            return;
        }
        throw new Error("the subscription ended before a record came");
    });
    await recordUntil(names, Promise.all(seen));
}

/** Records until something is done: nobody is told when a subscription begins to listen. */
async function recordUntil(names, done) {
    let over = false;
    const settled = done.finally(() => (over = true));
    settled.catch(() => {});
    const kind = { direction: "OUTGOING", action: "NOT_APPLICABLE", requestType: "OTHER" };
    const logs = names.map((applicationTo) => ({ applicationTo, applicationFrom: APPLICATION, ...kind }));
    while (!over) {
        await ask(RECORD, { input: { logs } });
        await Promise.race([settled.catch(() => {}), pause(100)]);
    }
    return settled;
}
