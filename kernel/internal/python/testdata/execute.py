"""Executes a notebook with nbclient and prints what came of it as JSON.

    python3 execute.py notebook.ipynb KERNEL
"""
import json
import signal
import sys

import nbformat
from nbclient import NotebookClient

# A test that is told to stop still ends the kernel that it started.
signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))

notebook = nbformat.read(sys.argv[1], as_version=4)
for cell in notebook.cells:  # what is there afterwards is from this run
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
NotebookClient(notebook, kernel_name=sys.argv[2], timeout=180).execute()
nbformat.validate(notebook)

cells = []
for cell in notebook.cells:
    if cell.cell_type != "code":
        continue
    entry = {"source": cell.source, "count": cell.execution_count, "text": "", "mimes": [], "error": ""}
    for output in cell.outputs:
        if output.output_type == "stream":
            entry["text"] += output.text
        elif output.output_type == "error":
            entry["error"] = output.ename + ": " + output.evalue
        else:
            entry["mimes"] += sorted(output.data)
            entry["text"] += output.data.get("text/plain", "")
    cells.append(entry)
json.dump(cells, sys.stdout)
