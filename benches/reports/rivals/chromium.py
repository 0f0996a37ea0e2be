"""Chromium, headless. Arguments: rows as JSON, the file to write."""

import json
import os
import sys
import tempfile

from html_table import page

folder = tempfile.mkdtemp()
source = os.path.join(folder, "report.html")
with open(source, "w") as file:
    file.write(page(json.load(open(sys.argv[1]))))
os.execvp("chromium", [
    "chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer",
    f"--print-to-pdf={sys.argv[2]}", f"file://{source}",
])
