"""What Schemathesis needs to be told about this API, and what it is to look for beside its own checks.

Left alone it would hardly ever write a page's size, an id or a cursor that exists, and what lies behind them would
stay unseen. So most values here are right, some are at the edge of what can be written, and some are nonsense, which
has to be refused in words. What exists is asked of the server at the start.
"""

import json
import os
import re
import urllib.request
from dataclasses import replace

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

EXPORT = "mutation { exportLogs(input: { format: CSV }) { export { id } } }"
KNOWN = """{
    viewer { domain { id name } }
    connectorLogs(first: 5) { nodes { id reference applicationFrom { id name } userEmail } pageInfo { endCursor } }
    exports(first: 5) { nodes { id } pageInfo { endCursor } }
    tokens(first: 5) { pageInfo { endCursor } }
    accessEvents(first: 5) { pageInfo { endCursor } }
}"""


def known():
    """What exists: ids, cursors, and words such as names and references. For a stranger nothing does.

    Not the ids of tokens: the run would revoke its own, and go on as a stranger.
    """
    if "TOKEN" not in os.environ:
        return [], [], []
    ask(EXPORT)
    pairs = list(leaves(ask(KNOWN)))
    ids = [text for name, text in pairs if name == "id"]
    cursors = [text for name, text in pairs if name == "endCursor"]
    assert len(cursors) == 4, "the token's domain has no records"
    return ids, cursors, [text for name, text in pairs if name not in ("id", "endCursor")]


def ask(query):
    """The data of a document that must not fail."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ['TOKEN']}"}
    request = urllib.request.Request(os.environ["ENDPOINT"], json.dumps({"query": query}).encode(), headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
        answer = json.load(response)
    assert "errors" not in answer, answer
    return answer["data"]


def leaves(value, name=None):
    """The strings of an answer, with the fields that they stand in."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, name)
    elif isinstance(value, str):
        yield name, value


ids, cursors, words = known()

TEXT = st.text(max_size=40)
WORDS = st.sampled_from([*words, "ann*", "ann", "*", "", "%", "_", "\0", "a\0b", "'", '"', "\\", "\U0001f3ca", "a" * 9])
IDS = st.sampled_from([*ids, "log_00000000000000000000000000", "log_zzzzzzzzzzzzzzzzzzzzzzzzzz", "tok_", "exp_\0"])
CURSORS = st.sampled_from(cursors) if cursors else st.nothing()
SIZES = st.integers(min_value=0, max_value=100)
NUMBERS = st.integers(min_value=-2, max_value=600) | st.integers(min_value=-(2**31), max_value=2**31 - 1)

OFFSETS = st.sampled_from(["Z", "z", "+00:00", "-00:00", "+05:45", "-12:00", "+23:59", "-23:59", "+24:00", ""])
FRACTIONS = st.sampled_from(["", ".5", ".123456", ".123456789", ".9999999999"])
INSTANTS = st.builds("{}T{:%H:%M:%S}{}{}".format, st.dates(), st.times(), FRACTIONS, OFFSETS)
ODD_INSTANTS = st.sampled_from(
    [
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59.999999999-23:59",
        "10000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "+262142-12-31T23:59:59Z",
        "1969-12-31T23:59:59Z",
        "2016-12-31T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "2026-11-02 08:00:00Z",
        "2026-11-02T24:00:00Z",
    ]
)
DAYS = st.dates().map(str)
ODD_DAYS = st.sampled_from(
    ["0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-29", "2026-2-9", "-0001-01-01", "+262142-12-31"]
)
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "Pacific/Apia", "Pacific/Chatham", "America/Sao_Paulo", "Africa/Monrovia", "EST5EDT"]
)

for name, values in {
    "String": TEXT | WORDS | CURSORS | CURSORS,
    "ID": TEXT | IDS | IDS,
    "DateTime": INSTANTS | INSTANTS | ODD_INSTANTS | TEXT,
    "Date": DAYS | DAYS | ODD_DAYS | TEXT,
    "TimeZone": ZONES | ZONES | TEXT,
}.items():
    schemathesis.graphql.scalar(name, values.map(nodes.String))
schemathesis.graphql.scalar("Int", (SIZES | SIZES | NUMBERS).map(nodes.Int))


@schemathesis.hook
def flatmap_body(context, document):
    """Leaves arguments out of valid queries: who gives all of them at random is always refused for one."""
    schema = context.operation.schema.client_schema
    given = document.definitions[0].selection_set.selections[0].arguments
    rules = [graphql.ValuesOfCorrectTypeRule, graphql.ProvidedRequiredArgumentsRule]
    if not context.operation.definition.is_query or not given or graphql.validate(schema, document, rules):
        return st.just(document)
    places = st.sets(st.sampled_from(range(len(given))), max_size=2)
    fewer = st.builds(with_few, st.just(context), st.just(document), places, st.integers(0, 99))
    return st.just(document) | fewer | fewer


def with_few(context, document, places, condition):
    """The query with what it must give, the arguments at these places, and one condition of its filter."""
    operation = document.definitions[0]
    field = operation.selection_set.selections[0]
    declared = context.operation.definition.raw.args
    kept = []
    for place, argument in enumerate(field.arguments):
        if place in places or graphql.is_required_argument(declared[argument.name.value]):
            conditions = getattr(argument.value, "fields", ())
            if argument.name.value == "filter" and conditions:
                one = (conditions[condition % len(conditions)],)
                argument = replace(argument, value=replace(argument.value, fields=one))
            kept.append(argument)
    selections = (replace(field, arguments=tuple(kept)),)
    operation = replace(operation, selection_set=replace(operation.selection_set, selections=selections))
    return replace(document, definitions=(operation,))


# What only the inside of the server would say.
INSIDE = re.compile(
    r"panicked|\.rs:\d|Error\(|DbErr|sqlx|sea_orm|SQLSTATE|SQLITE|UNIQUE constraint|syntax error at"
    r"|invalid digit found|premature end of input|trailing input|out of range integral",
    re.IGNORECASE,
)


@schemathesis.check
def says_nothing_of_its_inside(ctx, response, case):
    """An error is a sentence for its reader, with a code; not what a library or a database said."""
    for error in response.json().get("errors") or []:
        # What is quoted is the caller's own.
        found = INSIDE.search(re.sub(r'"(?:[^"\\]|\\.)*"', "", error["message"]))
        assert not found, f"an error speaks of the inside: {error['message']}"
        assert isinstance(error.get("extensions", {}).get("code"), str), f"an error without a code: {error}"


@schemathesis.check
def is_let_in(ctx, response, case):
    """A run that was turned away at the door would find nothing, and prove nothing. A stranger must be."""
    if "TOKEN" in os.environ:
        assert response.status_code not in (401, 403, 429), f"turned away with {response.status_code}"
    else:
        assert response.status_code == 401, f"a stranger was answered with {response.status_code}"
        assert response.json().get("data") is None, "a stranger was given data"
