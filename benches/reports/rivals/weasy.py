"""WeasyPrint. Arguments: rows as JSON, the file to write."""

import json
import sys

from html_table import page
from weasyprint import HTML

HTML(string=page(json.load(open(sys.argv[1])))).write_pdf(sys.argv[2])
