// The company's OpenID provider, as a test needs one: the real protocol by `oidc-provider`, and a
// way to make it rotate its keys, answer wrongly, fall silent, and count what it is asked.
//
// Prints one line of JSON on standard output, with its address; ends with its standard input.
// ACCOUNTS is an object of claims by account. Whoever comes with `login_hint=ACCOUNT` is signed in
// as that account at once; `login_hint=nobody` is a person who cancels.
//
//   POST /control/rotate      {"thin": bool}: new keys, and the old ones are gone; ID tokens with claims, or without
//   POST /control/silence     {"silent": bool}: connections are closed unanswered
//   POST /control/id-token    {"header", "claims", "by"}: changes to the next ID tokens; null takes away
//   POST /control/token       {"header", "claims", "by"}: answers with a token of that kind
//   POST /control/counts      how often each path was asked

import crypto from "node:crypto";
import http from "node:http";
import Provider from "oidc-provider";

// Standard output is for one line, and nobody reads on after it.
console.info = console.error;

const accounts = JSON.parse(process.env.ACCOUNTS ?? "{}");
const AUDIENCE = "https://log.example.com/api";
const CLIENT = { client_id: "connector-log", client_secret: "a-client-secret-that-no-log-line-holds" };
const ROBOT = { client_id: "robot", client_secret: "a-robot-secret-that-no-log-line-holds" };

const state = { silent: false, thin: false, change: null, counts: {}, keys: null, serve: null, issuer: null };

/** A signing key with its private half. */
function key(type, options, alg) {
    const { privateKey } = crypto.generateKeyPairSync(type, options);
    return { ...privateKey.export({ format: "jwk" }), kid: crypto.randomUUID(), use: "sig", alg };
}

/** A provider with new keys. */
function renew() {
    state.keys = {
        rsa: key("rsa", { modulusLength: 2048 }, "RS256"),
        ec: key("ec", { namedCurve: "P-256" }, "ES256"),
    };
    const provider = new Provider(state.issuer, {
        jwks: { keys: Object.values(state.keys) },
        clients: [
            {
                ...CLIENT,
                redirect_uris: ["https://log.example.com/auth/callback"],
                post_logout_redirect_uris: ["https://log.example.com/"],
            },
            { ...ROBOT, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] },
        ],
        pkce: { required: () => true },
        // Most companies' providers put the claims into the ID token; some keep them for UserInfo.
        conformIdTokenClaims: state.thin,
        scopes: ["openid", "profile", "email", "groups"],
        claims: {
            openid: ["sub"],
            profile: ["name", "preferred_username"],
            email: ["email", "email_verified"],
            groups: ["groups", "company", "realm_access"],
        },
        cookies: { keys: ["a key for the provider's own cookies"] },
        findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
        loadExistingGrant: async (ctx) => {
            const { client, session } = ctx.oidc;
            const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
            grant.addOIDCScope("openid profile email groups");
            await grant.save();
            return grant;
        },
        extraTokenClaims: (_, token) => (token.clientId === ROBOT.client_id ? accounts.robot : undefined),
        features: {
            devInteractions: { enabled: false },
            clientCredentials: { enabled: true },
            resourceIndicators: {
                enabled: true,
                getResourceServerInfo: (_, audience) => ({
                    audience,
                    scope: "log",
                    accessTokenFormat: "jwt",
                    jwt: { sign: { alg: "RS256" } },
                }),
            },
        },
    });
    // Where the product is reached, only the test knows.
    provider.Client.prototype.redirectUriAllowed = () => true;
    const callback = provider.callback();
    state.serve = async (request, response) => {
        if (!request.url.startsWith("/interaction/")) {
            return callback(request, response);
        }
        const { params } = await provider.interactionDetails(request, response);
        const accountId = params.login_hint ?? "";
        const result = accounts[accountId]
            ? { login: { accountId } }
            : { error: "access_denied", error_description: "the person cancelled" };
        return provider.interactionFinished(request, response, result);
    };
}

const part = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** `known` with changes; null takes away. */
function changed(known, changes = {}) {
    return Object.fromEntries(Object.entries({ ...known, ...changes }).filter(([, value]) => value !== null));
}

/** A token signed by the provider's own key, or as somebody would sign who does not have it. */
function token({ header, claims, by = "rsa" }) {
    const { rsa, ec } = state.keys;
    const alg = { rsa: "RS256", ec: "ES256", foreign: "RS256", public: "HS256", none: "none" }[by];
    const kid = by === "ec" ? ec.kid : rsa.kid;
    const input = `${part(changed({ alg, typ: "at+jwt", kid }, header))}.${part(claims)}`;
    const pem = crypto.createPublicKey({ key: rsa, format: "jwk" }).export({ type: "spki", format: "pem" });
    const foreign = () => crypto.generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const signature = {
        rsa: () => crypto.sign("sha256", Buffer.from(input), { key: rsa, format: "jwk" }),
        ec: () => crypto.sign("sha256", Buffer.from(input), { key: ec, format: "jwk", dsaEncoding: "ieee-p1363" }),
        foreign: () => crypto.sign("sha256", Buffer.from(input), foreign()),
        public: () => crypto.createHmac("sha256", pem).update(input).digest(),
        none: () => Buffer.from("none"),
    }[by]();
    return `${input}.${signature.toString("base64url")}`;
}

/** Changes the ID token of an answer of the token endpoint. */
function tamper(response) {
    const { header, claims, by } = state.change;
    const end = response.end.bind(response);
    response.end = (body, ...rest) => {
        const answer = JSON.parse(body);
        const known = JSON.parse(Buffer.from(answer.id_token.split(".")[1], "base64url"));
        answer.id_token = token({ header: { typ: null, ...header }, claims: changed(known, claims), by });
        const text = JSON.stringify(answer);
        response.setHeader("content-length", Buffer.byteLength(text));
        return end(text, ...rest);
    };
}

/** What a test may make the provider do, and what it answers. */
const controls = {
    rotate: ({ thin = false }) => {
        state.thin = thin;
        renew();
    },
    silence: ({ silent }) => (state.silent = silent),
    "id-token": (change) => (state.change = change),
    token: ({ header, claims, by }) => {
        const now = Math.floor(Date.now() / 1000);
        const known = { iss: state.issuer, aud: AUDIENCE, sub: "ann", iat: now, exp: now + 600, ...accounts.ann };
        return token({ header, claims: changed(known, claims), by });
    },
    counts: () => state.counts,
};

async function body(request) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString() || "{}");
}

const server = http.createServer(async (request, response) => {
    const [path] = request.url.split("?");
    const control = controls[path.replace("/control/", "")];
    if (control) {
        const answer = await control(await body(request));
        return response.setHeader("content-type", "application/json").end(JSON.stringify(answer ?? null));
    }
    if (state.silent) {
        return request.socket.destroy();
    }
    state.counts[path] = (state.counts[path] ?? 0) + 1;
    if (path === "/token" && state.change) {
        tamper(response);
    }
    return state.serve(request, response);
});

server.listen(0, "127.0.0.1", () => {
    state.issuer = `http://127.0.0.1:${server.address().port}`;
    renew();
    console.log(JSON.stringify({ issuer: state.issuer, audience: AUDIENCE, client: CLIENT, robot: ROBOT }));
});
process.stdin.on("end", () => process.exit()).resume();
