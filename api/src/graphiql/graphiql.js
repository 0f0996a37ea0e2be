/**
 * The GraphQL console at /graphiql: asks /graphql, shows the answer, and explains the schema.
 * Two promises hold it together. The token is read from its field when a request is made and kept
 * nowhere else: not in the address, not in any storage. And what a server says becomes text nodes,
 * never markup: a log is full of other people's words.
 */

/** The page's parts by their ids: `page.run`. */
const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((part) => [part.id, part]));

/** A new element: `make("a", { href }, "text", child)`. */
function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// ---------------------------------------------------------------- colour
/** One lexer for GraphQL and JSON. The end of a string may be missing: it is being typed. */
const LEXEME = new RegExp([
  /(?<comment>#.*)|(?<block>"""(?:\\"""|[^])*?(?:"""|$))|(?<number>-?\b\d[\d.eE+-]*)|(?<variable>[$@]\w+)/,
  /(?<key>"[^"\\\n]*(?:\\.[^"\\\n]*)*"(?=\s*:))|(?<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*"?)/,
  /(?<keyword>\b(?:query|mutation|subscription|fragment|on|true|false|null)\b)|(?<name>[A-Za-z_]\w*)|(?<plain>\s+|[^])/,
].map((pattern) => pattern.source).join("|"), "g");

/** The text in pieces, nothing left out: `[kind, piece]`. */
function* lex(text) {
  for (const { groups } of text.matchAll(LEXEME)) yield Object.entries(groups).find(([, piece]) => piece);
}

/** The links that this server mints. Any other address in a log is somebody else's and stays text. */
const EXPORT_LINK = /^"https?:\/\/[^\s"\\]+\/exports\/exp_\w+\.\w+\?expires=\d+&by=\w*&signature=[0-9a-f]+"$/;

/** The text in colours. */
function painted(text) {
  const fragment = new DocumentFragment();
  for (const [kind, piece] of lex(text)) {
    if (kind === "plain" || kind === "name") fragment.append(piece);
    else if (!EXPORT_LINK.test(piece)) fragment.append(make("span", { className: kind }, piece));
    else fragment.append(make("a", { href: JSON.parse(piece), target: "_blank", rel: "noreferrer" }, piece));
  }
  return fragment;
}

// ---------------------------------------------------------------- editors
/** Replaces the characters between two places as typing would: "undo" brings them back. */
function replace(area, from, to, text) {
  area.focus();
  area.setSelectionRange(from, to);
  if (from < to || text) document.execCommand(text ? "insertText" : "delete", false, text);
}

/** Enter keeps the indentation, deeper behind a bracket; Tab indents, or shifts the selected lines by one step. */
function press(area, key, back) {
  const { value, selectionStart: start, selectionEnd: end } = area;
  const from = value.lastIndexOf("\n", start - 1) + 1;
  const [, spaces, bracket] = /^( *).*?([{([]?) *$/.exec(value.slice(from, start));
  if (key === "Enter") return replace(area, start, end, `\n${spaces}${bracket && "  "}`);
  if (start === end && !back) return replace(area, start, end, "  ");
  const lines = value.slice(from, end).replace(back ? /^ {1,2}/gm : /^(?=.)/gm, back ? "" : "  ");
  replace(area, from, end, lines);
  if (start !== end) area.setSelectionRange(from, from + lines.length);
}

/**
 * Makes a textarea an editor. The colours are painted on a sheet beneath it, of the same size, and
 * the textarea's own letters are clear; the box around both scrolls.
 */
function edit(area, changed) {
  const [gutter, sheet] = area.closest(".editor").querySelectorAll("pre");
  const paint = () => {
    sheet.replaceChildren(painted(area.value), "\n"); // The last line has a height even while it is empty.
    gutter.textContent = area.value.split("\n").map((_, n) => n + 1).join("\n");
    changed();
  };
  let leaving = false;
  area.addEventListener("input", paint);
  area.addEventListener("keydown", (event) => {
    // Tab indents, so those who have no mouse need another way out: Escape, then Tab.
    if (event.key === "Tab" && leaving) return;
    leaving = event.key === "Escape" || (leaving && event.key === "Shift");
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Tab" && event.key !== "Enter") return;
    event.preventDefault();
    press(area, event.key, event.shiftKey);
  });
  paint();
}

const variables = () => JSON.parse(page.variables.value.trim() || "{}");
/** Says what is wrong with the variables, in the browser's own words, for they name the place. */
function checkVariables() {
  let fault = "The variables are one JSON object, in braces.";
  try {
    const value = variables();
    if (value instanceof Object && !Array.isArray(value)) fault = "";
  } catch (error) {
    fault = `The variables are not JSON: ${error.message.replace(/^JSON[. ]parse( error)?: /i, "")}`;
  }
  page.fault.textContent = fault;
  page.variables.setAttribute("aria-invalid", fault !== "");
  return !fault;
}

/** Offers the document's operations where it has several; the one chosen stays chosen. */
function offerOperations() {
  let [depth, top] = [0, ""];
  for (const [kind, piece] of lex(page.query.value)) {
    depth += "{([".includes(piece) ? 1 : "})]".includes(piece) ? -1 : 0;
    if (depth === 0 && kind !== "comment") top += piece;
  }
  const chosen = page.operation.value;
  const names = Array.from(top.matchAll(/\b(?:query|mutation|subscription)\s+(\w+)/g), ([, name]) => name);
  page.operation.hidden = names.length < 2;
  page.operation.replaceChildren(...(page.operation.hidden ? [] : names.map((name) => make("option", {}, name))));
  if (names.includes(chosen)) page.operation.value = chosen;
}

// ---------------------------------------------------------------- asking
const HEADERS = { Accept: "application/graphql-response+json", "Content-Type": "application/json" };
/** The token, without what surrounds it. What no header can carry is no token, and is refused like one. */
const token = () => page.token.value.trim().replace(/^bearer\s+/i, "").replace(/[^!-~]/g, "?");

/** What the editors hold, as the body of a request. */
const asked = () => JSON.stringify({
  query: page.query.value, variables: variables(), operationName: page.operation.value || undefined,
});

async function post(body, signal) {
  const headers = token() ? { ...HEADERS, Authorization: `Bearer ${token()}` } : HEADERS;
  const start = performance.now();
  const response = await fetch("graphql", { method: "POST", headers, body, signal });
  const text = await response.text();
  // No JSON is a proxy's own page, perhaps. It is shown as it came.
  return { response, text, ms: performance.now() - start, json: await new Response(text).json().catch(() => null) };
}

let [running, answer] = [null, ""];
async function run() {
  if (running || !checkVariables()) return;
  running = new AbortController();
  page.answer.ariaBusy = "true";
  const failed = ({ name }) => ({ text: name === "AbortError" ? "Stopped." : "Is the server running?" });
  show(await post(asked(), running.signal).catch(failed));
  page.answer.ariaBusy = "false";
  running = null;
}

/** More characters would keep the browser busy for seconds: beyond them an answer is cut, but copied whole. */
const SHOWN_MAX = 500_000;
function show({ response, text, json, ms }) {
  answer = json ? JSON.stringify(json, null, 2) : text;
  // What a mutation refuses stands in its data, and is an error all the same to whoever reads it.
  const faults = [json?.errors, Object.values(json?.data ?? {}).map((all) => all?.userErrors)].flat(2).filter(Boolean);
  const size = `${(new Blob([text]).size / 1000).toFixed(1)} kB`;
  const facts = response ? [`${response.status} ${response.statusText}`, `${Math.round(ms)} ms`, size] : ["No answer"];
  if (answer.length > SHOWN_MAX) facts.push("cut here, whole when copied");
  page.outcome.className = !response?.ok ? "bad" : faults.length ? "mixed" : "good";
  page.outcome.replaceChildren(...facts.map((fact) => make("span", {}, fact)));
  page.faults.replaceChildren(...faults.map(faultItem));
  page.data.replaceChildren(painted(answer.slice(0, SHOWN_MAX)));
  page.reader.scrollTop = 0;
  page.answer.scrollIntoView({ block: "nearest" });
}

/** An error of GraphQL's or a mutation's: its words, its code, and where it stands. */
function faultItem({ message, code, field = [], path = field, locations = [], extensions }) {
  const places = locations.map(({ line, column }) => `line ${line}, column ${column}`);
  const tags = [extensions?.code ?? code, path.join("."), ...places].filter(Boolean);
  return make("li", {}, make("p", {}, message), ...tags.map((tag) => make("code", {}, tag)));
}

// ---------------------------------------------------------------- docs
/** Who asks, and what can be asked. Flat enough for the server's bounds on depth. */
const INTROSPECTION = `query Console { viewer { name domain { name } } __schema { types { kind name description
  fields { name description args { ...Input } type { ...Ref } } inputFields { ...Input }
  enumValues { name description } interfaces { name } possibleTypes { name } } } }
fragment Input on __InputValue { name description defaultValue type { ...Ref } }
fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }`;

/** Kinds of types, in the order in which they are listed. */
const KINDS = ["OBJECT", "INTERFACE", "UNION", "INPUT_OBJECT", "ENUM", "SCALAR"];
let types = [];

/** Asks who the token's holder is, or who has signed in, and what the schema says. */
async function learn() {
  const given = token();
  const { json } = await post(JSON.stringify({ query: INTROSPECTION })).catch(() => ({})); // A session needs none.
  if (given !== token()) return; // Another token is being asked about by now.
  const { viewer, __schema: schema } = json?.data ?? {};
  const refusal = given ? json?.errors?.[0]?.message ?? "No answer" : "No token yet";
  page.caller.className = viewer ? "good" : given ? "bad" : "";
  page.caller.textContent = viewer ? `${viewer.domain.name} · ${viewer.name}` : refusal;
  const rank = ({ kind, name }) => KINDS.indexOf(kind) - /^(Query|Mutation|Subscription)$/.test(name);
  types = (schema?.types ?? []).filter(({ name }) => !name.startsWith("__")).sort((a, b) => rank(a) - rank(b));
  explain();
}

const members = (type) => [...(type.fields ?? []), ...(type.inputFields ?? []), ...(type.enumValues ?? [])];
const kind = (type) => make("small", {}, type.kind?.toLowerCase().replace("_", " ") ?? "");
const link = (path) => make("a", { href: `#/${path}` }, path);
const prose = (text) => make("p", {}, text ?? "");

/** A type as GraphQL writes it, `[Node]!`, its name a link. */
function written({ kind, name, ofType }) {
  if (kind === "NON_NULL") return [...written(ofType), "!"];
  return kind === "LIST" ? ["[", ...written(ofType), "]"] : [link(name)];
}

/** A field, an argument or a value of an enum. */
function memberItem({ name, type, defaultValue, description, args = [] }) {
  const rest = [...(type ? [": ", ...written(type)] : []), defaultValue ? ` = ${defaultValue}` : ""];
  const signature = make("code", {}, make("b", {}, name), ...rest);
  return make("li", {}, signature, prose(description), make("ul", {}, ...args.map(memberItem)));
}

function typePage(type) {
  const kin = [...(type.interfaces ?? []), ...(type.possibleTypes ?? [])].flatMap(({ name }) => [" · ", link(name)]);
  const title = make("h3", {}, type.name, kind(type), ...kin);
  const list = make("ul", { className: "members" }, ...members(type).map(memberItem));
  return [make("a", { href: "#/" }, "All types"), title, prose(type.description), list];
}

/** All types; or the types, fields and values whose names hold the words. */
function index(words) {
  const under = (type) => members(type).map((member) => ({ ...member, name: `${type.name}.${member.name}` }));
  const entries = words ? types.flatMap((type) => [type, ...under(type)]) : types;
  const found = entries.filter(({ name }) => name.toLowerCase().includes(words));
  const items = found.map((entry) => make("li", {}, link(entry.name), kind(entry), prose(entry.description)));
  const none = types.length ? "Nothing has such a name." : "With a token, every type and field is explained here.";
  return [items.length ? make("ul", { className: "index" }, ...items) : prose(none)];
}

/** Shows what the address names behind its #: a type, one of its members, or all types. */
function explain() {
  const [, name, member] = /^#\/(\w+)\.?(\w*)$/.exec(location.hash) ?? [];
  const words = page.search.value.trim().toLowerCase();
  const type = !words && types.find((type) => type.name === name);
  page.reference.replaceChildren(...(type ? typePage(type) : index(words)));
  page.reference.scrollTop = 0;
  if (type) page.reference.lastChild.children[members(type).findIndex(({ name }) => name === member)]?.scrollIntoView();
}

// ---------------------------------------------------------------- controls
/** Copies; where the page came by plain HTTP, and so has no clipboard of its own, by way of a selection. */
async function copy(text, button) {
  const area = make("textarea", { value: text, className: "away" });
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else {
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = button.value), 1500);
}

/** The request as a command. The token is not in it: the shell has that. */
function curl() {
  const headers = Object.entries(HEADERS).map(([name, value]) => `-H '${name}: ${value}'`);
  const command = [`curl '${new URL("graphql", location)}'`, '-H "Authorization: Bearer $TOKEN"', ...headers];
  return [...command, `--data '${asked().replaceAll("'", "'\\''")}'`].join(" \\\n  ");
}

/** Puts an example into the editors, its gaps filled in. */
function load(example) {
  const gaps = { now: new Date().toISOString(), weekAgo: new Date(Date.now() - 7 * 86_400_000).toISOString() };
  const [query, variables] = [...example.content.children].map((pre) => pre.textContent);
  replace(page.variables, 0, page.variables.textLength, variables.replace(/{{(\w+)}}/g, (_, gap) => gaps[gap]));
  replace(page.query, 0, page.query.textLength, query);
  page.query.setSelectionRange(0, 0);
  page.run.focus();
}

const on = (id, event, act) => page[id].addEventListener(event, act);
on("token", "change", learn);
on("reveal", "change", () => (page.token.type = page.reveal.checked ? "text" : "password"));
on("variables", "change", checkVariables);
on("curl", "click", () => checkVariables() && copy(curl(), page.curl));
on("run", "click", () => (running ? running.abort() : run()));
on("copy", "click", () => copy(answer, page.copy));
on("search", "input", explain);
for (const button of page.examples.querySelectorAll("button")) button.onclick = () => load(button.nextElementSibling);
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  run();
});
const arrive = () => {
  page.search.value = "";
  explain();
  page.reference.focus();
};
addEventListener("hashchange", arrive);
on("reference", "click", ({ target }) => target.hash === location.hash && arrive()); // The address stays as it is.
edit(page.query, offerOperations);
edit(page.variables, () => page.fault.textContent && checkVariables());
learn();
