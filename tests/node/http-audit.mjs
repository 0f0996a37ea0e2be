// GraphQL over HTTP to the letter of its specification, by the audits of the specification's own
// authors (npm graphql-http). Each must be met, those that are only recommended too; GET must be on.

import { serverAudits } from "graphql-http";
import { authorized, endpoint, ensure, judge } from "./server.mjs";

/** How many there are: a release with fewer must not pass unseen. */
const AUDITS = 61;

const audits = serverAudits({ url: endpoint, fetchFn: authorized });

async function met(audit) {
    const { status, reason, response } = await audit.fn();
    const body = response && !response.bodyUsed ? await response.text() : "";
    ensure(status === "ok", `${status}: ${reason} ${body}`);
}

ensure(audits.length === AUDITS, `there are ${audits.length} audits, not ${AUDITS}`);
await judge(audits.map((audit) => [`${audit.id} ${audit.name}`, () => met(audit)]));
