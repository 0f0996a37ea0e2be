// Relay's own compiler (npm relay-compiler) on the schema that the server tells of itself, with all
// that an application could ask of it (relay-documents.mjs). What the compiler makes of the queries
// is then asked of the server, so that one that compiles and is refused fails too.
//
// The compiler proves itself: schemas broken on purpose must be refused, each for its own fault.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildClientSchema, getIntrospectionQuery, parse, print, printSchema, visit } from "graphql";
import relay from "relay-compiler";
import { documents, PAGE } from "./relay-documents.mjs";
import { answer, ask, ensure, judge } from "./server.mjs";

const schema = buildClientSchema(await ask(getIntrospectionQuery()));
const asked = documents(schema);

const root = mkdtempSync(join(tmpdir(), "relay-"));
process.on("exit", () => rmSync(root, { recursive: true, force: true }));

/** Lays a project out in a folder of its own: the documents, and a schema. */
function lay(sdl) {
    const folder = mkdtempSync(join(root, "project-"));
    mkdirSync(join(folder, "src"));
    for (const [module, text] of asked) {
        writeFileSync(join(folder, "src", `${module}.js`), `graphql\`${text}\`;\n`);
    }
    const files = { src: "./src", schema: "./schema.graphql", persistConfig: { file: "./compiled.json" } };
    writeFileSync(join(folder, "relay.config.json"), JSON.stringify({ ...files, language: "javascript" }));
    writeFileSync(join(folder, "schema.graphql"), sdl);
    writeFileSync(join(folder, "compiled.json"), "{}");
    return folder;
}

/** Runs the compiler, and answers with its complaints; none where it has none. */
function compile(folder) {
    const env = { ...process.env, RUST_BACKTRACE: "0" };
    const done = spawnSync(relay, [join(folder, "relay.config.json")], { cwd: folder, encoding: "utf8", env });
    ensure(!done.error, `relay-compiler does not run: ${done.error}`);
    const lines = `${done.stdout}${done.stderr}`.split("\n");
    return done.status === 0 ? "" : lines.filter((line) => /✖|Expected/.test(line)).join("\n") || lines.join("\n");
}

const good = lay(printSchema(schema));

async function accepted() {
    const complaints = compile(good);
    ensure(!complaints, complaints);
}

/** The queries as they were compiled, asked of the server where their variables can be thought of. */
async function answered() {
    const id = "log_00000000000000000000000000";
    const known = { id, ids: [id], count: PAGE };
    const name = (definition) => definition.variable.name.value;
    let count = 0;
    for (const text of Object.values(JSON.parse(readFileSync(join(good, "compiled.json"), "utf8")))) {
        const { operation, variableDefinitions: all } = parse(text).definitions.find((d) => d.operation);
        const demanded = all.filter((v) => v.type.kind === "NonNullType" && !v.defaultValue);
        if (operation === "query" && demanded.every((v) => name(v) in known)) {
            const given = all.filter((v) => name(v) in known).map((v) => [name(v), known[name(v)]]);
            const { data, errors } = await answer(text, Object.fromEntries(given));
            ensure(data && !errors, `${text}: ${JSON.stringify(errors)}`);
            count += 1;
        }
    }
    ensure(count > 5, `only ${count} queries were asked`);
}

/** The schema after a change: what `change` answers stands for the definition; null takes it away. */
function broken(change) {
    const enter = (node, _key, _parent, _path, above) => change(node, above.findLast((a) => a.kind)?.name?.value);
    const document = parse(printSchema(schema));
    return print(visit(document, { FieldDefinition: enter, ObjectTypeDefinition: enter, InputValueDefinition: enter }));
}

/** Takes a field, or an argument, away from the types whose name fits. */
const without = (type, name) =>
    broken((node, owner) => (type.test(owner) && node.name.value === name ? null : undefined));

/** Calls everybody's id something else. */
const unnamed = () => {
    const key = { kind: "Name", value: "key" };
    const isId = (node) => node.kind === "FieldDefinition" && node.name.value === "id";
    return broken((node) => (isId(node) ? { ...node, name: key } : undefined));
};

/** Makes a Node of nothing any more. */
const lonely = () => broken((node) => (node.kind === "ObjectTypeDefinition" ? { ...node, interfaces: [] } : undefined));

/** Faults, with what the compiler must speak of. */
const FAULTS = [
    ["a connection lost pageInfo", /'pageInfo'/, () => without(/Connection$/, "pageInfo")],
    ["a connection lost edges", /`edges`/, () => without(/Connection$/, "edges")],
    ["a page lost hasNextPage", /hasNextPage/, () => without(/^PageInfo$/, "hasNextPage")],
    ["a page lost hasPreviousPage", /hasPreviousPage/, () => without(/^PageInfo$/, "hasPreviousPage")],
    ["a page lost endCursor", /endCursor/, () => without(/^PageInfo$/, "endCursor")],
    ["an edge lost its cursor", /cursor/, () => without(/Edge$/, "cursor")],
    ["an edge lost its node", /`node`/, () => without(/Edge$/, "node")],
    ["a connection lost first", /'first'/, () => without(/./, "first")],
    ["a connection lost before", /'before'/, () => without(/./, "before")],
    ["Query lost node", /`node\(id/, () => without(/^Query$/, "node")],
    ["Node lost id", /named `id`/, unnamed],
    ["types lost Node", /Invalid use of @refetchable/, lonely],
];

async function refused(word, sdl) {
    const complaints = compile(lay(sdl));
    ensure(complaints, "the compiler saw nothing");
    ensure(word.test(complaints), `it complained of something else: ${complaints}`);
}

await judge([
    [`the compiler accepts the schema and all ${asked.size} documents`, accepted],
    ["the server answers what the compiler made of them", answered],
    ...FAULTS.map(([fault, word, sdl]) => [`the compiler refuses a schema where ${fault}`, () => refused(word, sdl())]),
]);
