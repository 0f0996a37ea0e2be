"""The rows of a CSV file, read strictly: as the file says of itself that it is written."""

import csv
import io
import json
import sys

# A body of 256 KiB is more than Python takes for a field by itself.
csv.field_size_limit(2**31 - 1)
text = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="strict", newline="")
rows = csv.DictReader(text, delimiter=sys.argv[1], strict=True, restkey="too many", restval="too few")
json.dump(list(rows), sys.stdout)
