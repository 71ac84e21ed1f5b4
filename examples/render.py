"""Make the notebooks: python -m examples.render [NAME ...] (extra `jupyter`).

Executes each script as a notebook and writes NAME.ipynb beside it, outputs included.
"""

from __future__ import annotations

import sys
from pathlib import Path

from positivity.answers.files import write_text

HERE = Path(__file__).parent
NAMES = ("first_bound", "region_and_kinks", "full_unitarity", "one_loop", "weak_gravity_and_scan")


def render(name: str, folder: Path) -> Path:
    """Execute one script and write its notebook to a folder; its path."""
    import jupytext
    import nbformat
    from nbclient import NotebookClient

    notebook = jupytext.read(HERE / f"{name}.py", fmt="py:percent")
    NotebookClient(notebook, timeout=600, kernel_name="python3", record_timing=False).execute()
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"{name}-{number}"  # random otherwise
        cell.metadata.clear()
        for output in cell.get("outputs", []):
            output.get("metadata", {}).clear()
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    target = folder / f"{name}.ipynb"
    write_text(target, nbformat.writes(notebook).rstrip("\n") + "\n")
    return target


if __name__ == "__main__":
    for each in sys.argv[1:] or NAMES:
        print(render(each, HERE))
