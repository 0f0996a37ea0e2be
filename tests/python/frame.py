"""A CSV file as pandas reads it, with what README.md tells its users to say: the columns' types and values."""

import collections
import json
import sys

import pandas

NUMBERS = ["Status", "Duration (ms)", "Request size (bytes)", "Response size (bytes)"]
TIMES = ["Time", "Recorded at"]

frame = pandas.read_csv(
    sys.stdin.buffer,
    sep=sys.argv[1],
    encoding="utf-8-sig",
    dtype=collections.defaultdict(lambda: "str", dict.fromkeys(NUMBERS, "Int64")),
    # Else "NA" and "null" are no texts.
    keep_default_na=False,
    na_values={name: [""] for name in NUMBERS},
)
for name in set(TIMES) & set(frame.columns):
    frame[name] = pandas.to_datetime(frame[name], utc=True)


def plain(value):
    if pandas.isna(value):
        return None
    return value.isoformat() if isinstance(value, pandas.Timestamp) else value


types = {name: str(kind) for name, kind in frame.dtypes.items()}
values = {name: [plain(value) for value in frame[name].astype(object)] for name in frame.columns}
json.dump({"types": types, "values": values}, sys.stdout)
