// All that a Relay application could ask of a schema: every connection paged forwards and backwards,
// every Node fetched again, every field of Query, every mutation and every subscription. Made from
// the schema, so that what is added there is asked for without anybody thinking of it.

import { getNamedType, isAbstractType, isLeafType, isObjectType, isRequiredArgument } from "graphql";

/** How many records a page has: enough that lists are lists, few enough that every field may be asked for. */
export const PAGE = 5;

const isNode = (type) => type.getInterfaces().some((i) => i.name === "Node");
const isConnection = (type) => type.name.endsWith("Connection");
const fieldsOf = (type) => Object.values(type?.getFields() ?? {});

/** The documents, by the names of the modules that they stand in. */
export function documents(schema) {
    const made = new Map();
    const add = (kind, make) => {
        const module = `${kind}${made.size}`;
        made.set(module, make(module));
    };
    const types = Object.values(schema.getTypeMap()).filter((t) => isObjectType(t) && !t.name.startsWith("__"));
    for (const type of types) {
        for (const field of fieldsOf(type).filter((f) => isConnection(getNamedType(f.type)))) {
            add("Forwards", (module) => paged(module, type, field, ["first", "after"]));
            add("Backwards", (module) => paged(module, type, field, ["last", "before"]));
        }
    }
    for (const type of types.filter(isNode)) {
        add("Again", (module) => again(module, type));
    }
    for (const field of fieldsOf(schema.getQueryType()).filter((f) => f.name !== "node")) {
        add("Field", (module) => operation("query", `${module}Query`, field, field.args.filter(isRequiredArgument)));
    }
    for (const field of fieldsOf(schema.getMutationType())) {
        add("Do", (module) => operation("mutation", `${module}Mutation`, field, field.args));
    }
    for (const field of fieldsOf(schema.getSubscriptionType())) {
        add("Live", (module) => operation("subscription", `${module}Subscription`, field, field.args));
    }
    return made;
}

/** A connection in one direction. What else the field demands becomes the fragment's arguments. */
function paged(module, type, field, [count, cursor]) {
    const others = field.args.filter((a) => isRequiredArgument(a) && ![count, cursor].includes(a.name));
    const defined = others.map((a) => `${a.name}: { type: "${a.type}" }`).join(" ");
    const given = others.map((a) => `${a.name}: $${a.name}`).join(" ");
    // Others are fetched as part of what they belong to.
    const refetchable = isNode(type) || ["Query", "Viewer"].includes(type.name);
    const step = (of, name) => getNamedType(of.getFields()[name].type);
    const node = ["edges", "node"].reduce(step, getNamedType(field.type));
    return `fragment ${module}_data on ${type.name}
        @argumentDefinitions(count: { type: "Int", defaultValue: ${PAGE} } cursor: { type: "String" } ${defined})
        ${refetchable ? `@refetchable(queryName: "${module}PaginationQuery")` : ""} {
            ${field.name}(${count}: $count ${cursor}: $cursor ${given}) @connection(key: "${module}_${field.name}") {
                edges { node { ${select(node, 2)} } }
            }
        }`;
}

/** A thing, by its id. */
function again(module, type) {
    return `fragment ${module}_data on ${type.name} @refetchable(queryName: "${module}Query") { ${select(type, 2)} }`;
}

/** An operation with one field, whose arguments are variables. */
function operation(kind, name, field, taken) {
    const brackets = (make) => (taken.length > 0 ? `(${taken.map(make).join(" ")})` : "");
    const of = getNamedType(field.type);
    const block = isLeafType(of) ? "" : `{ ${isConnection(of) ? "__typename" : select(of, 2)} }`;
    return `${kind} ${name}${brackets((a) => `$${a.name}: ${a.type}`)} {
        ${field.name}${brackets((a) => `${a.name}: $${a.name}`)} ${block}
    }`;
}

/**
 * Fields that need no argument: leaves, and those of objects so many levels down. Not `id`, which
 * Relay adds where it needs it: that it misses one is for the compiler to say.
 */
function select(type, levels) {
    if (isAbstractType(type)) {
        return "__typename";
    }
    const parts = fieldsOf(type)
        .filter((field) => field.name !== "id" && !field.args.some(isRequiredArgument))
        .map((field) => {
            const of = getNamedType(field.type);
            if (isLeafType(of)) {
                return field.name;
            }
            return levels > 0 && !isConnection(of) ? `${field.name} { ${select(of, levels - 1)} }` : "";
        });
    return ["__typename", ...parts].join(" ");
}
