"""positivity cite: BibTeX of the methods used."""

from __future__ import annotations

import json
from typing import Any

from positivity.cli.output import OK
from positivity.cli.shared import command
from positivity.questions.errors import reading


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "cite", "Print BibTeX of the methods and software a result used.",
        "positivity cite bound.json > references.bib", _cite,
        more="Of a saved one, or of everything without a file.",
    )  # fmt: skip
    parser.add_argument("file", nargs="?", help="saved bound, region, scan or certificate (default: everything)")
    parser.add_argument("--json", action="store_true", help="the keys and the reasons as JSON")


def _cite(options: Any) -> int:
    from positivity.answers import citations

    if options.json:
        keys = list(citations.ENTRIES)
        if options.file:
            with reading("the document"):
                keys = citations.keys_for(citations.document(options.file))
        print(json.dumps({key: citations.ENTRIES[key].why for key in keys}, indent=1))
    else:
        print(citations.cite(options.file), end="")
    return OK
