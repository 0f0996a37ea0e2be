"""The cells of the first sheet of a flat OpenDocument file: what kind each is, its formula, and what it shows."""

import json
import sys
import xml.etree.ElementTree

SPACE = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}%s"
# Rows and cells that nobody filled are told as many times as a sheet has room.
MANY = 1000


def shown(element):
    """Its text, where white space stands as elements of its own."""
    parts = [element.text or ""]
    for part in element:
        if part.tag == SPACE % ("text", "s"):
            parts.append(" " * int(part.get(SPACE % ("text", "c"), "1")))
        elif part.tag == SPACE % ("text", "tab"):
            parts.append("\t")
        elif part.tag == SPACE % ("text", "line-break"):
            parts.append("\n")
        else:
            parts.append(shown(part))
        parts.append(part.tail or "")
    return "".join(parts)


def times(element, what):
    times = int(element.get(SPACE % ("table", f"number-{what}-repeated"), "1"))
    return times if times < MANY else 0


def cells(row):
    for cell in row.iter(SPACE % ("table", "table-cell")):
        told = {
            "kind": cell.get(SPACE % ("office", "value-type")),
            "formula": cell.get(SPACE % ("table", "formula")),
            "text": "\n".join(shown(line) for line in cell.iter(SPACE % ("text", "p"))),
        }
        yield from [told] * times(cell, "columns")


sheet = xml.etree.ElementTree.parse(sys.stdin.buffer).getroot().find(f".//{SPACE % ('table', 'table')}")
rows = [list(cells(row)) for row in sheet.iter(SPACE % ("table", "table-row")) for _ in range(times(row, "rows"))]
json.dump(rows, sys.stdout)
