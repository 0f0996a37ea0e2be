"""The table as HTML, for whoever prints HTML."""

from html import escape

STYLE = """@page { size: A4 landscape; margin: 16mm 10mm 14mm }
body { font: 6.5pt sans-serif } table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: 1.5pt 3pt; border-bottom: .4pt solid #d0d5dd; overflow-wrap: anywhere }"""


def page(rows):
    """A page with the rows, the first of which is the header."""
    line = lambda row, tag: "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"
    head, *body = rows
    table = f"<table><thead>{line(head, 'th')}</thead><tbody>{''.join(line(row, 'td') for row in body)}</tbody></table>"
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>Report</title><style>{STYLE}</style>{table}</html>"
