"""ReportLab, LongTable of plain strings: nothing wraps. Arguments: rows as JSON, the file to write."""

import json
import sys

from reportlab.lib.pagesizes import A4, landscape
from reportlab.platypus import LongTable, SimpleDocTemplate, TableStyle

rows, out = json.load(open(sys.argv[1])), sys.argv[2]
table = LongTable(rows, repeatRows=1)
table.setStyle(TableStyle([("FONTSIZE", (0, 0), (-1, -1), 6.5), ("LINEBELOW", (0, 0), (-1, -1), 0.4, "#d0d5dd")]))
SimpleDocTemplate(out, pagesize=landscape(A4), leftMargin=28, rightMargin=28, topMargin=46, bottomMargin=40).build([table])
