"""ReportLab, LongTable of paragraphs, which wrap. Arguments: rows as JSON, the file to write."""

import json
import sys
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, TableStyle

rows, out = json.load(open(sys.argv[1])), sys.argv[2]
style = ParagraphStyle("cell", fontSize=6.5, leading=8.5)
cells = [[Paragraph(escape(cell), style) for cell in row] for row in rows]
table = LongTable(cells, repeatRows=1, colWidths=[90, 75, 75, 80, 100, 130, 50, 35, 45, 80])
table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, "#d0d5dd")]))
SimpleDocTemplate(out, pagesize=landscape(A4), leftMargin=28, rightMargin=28, topMargin=46, bottomMargin=40).build([table])
