"""Done when the site is built: displayed formulas as such, the help of every command from the parser itself."""

from __future__ import annotations

import argparse
import re
from typing import Any

from positivity.cli.main import _parser
from positivity.cli.shared import HelpFormatter


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Set formulas in $$ apart from their paragraphs; replace the marker on the page of the command line."""
    markdown = re.sub(r"\n?(\$\$.+?\$\$) ?\n?", r"\n\n\1\n\n", markdown, flags=re.DOTALL)
    return markdown.replace("<!-- commands -->", commands()) if "<!-- commands -->" in markdown else markdown


def commands() -> str:
    """A section per command."""
    parser = _parser()
    (group,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    sections = []
    for name, each in group.choices.items():
        each.formatter_class = lambda prog: HelpFormatter(prog, width=100)
        sections.append(f"## positivity {name}\n\n```text\n{each.format_help()}```\n")
    return "\n".join(sections)
