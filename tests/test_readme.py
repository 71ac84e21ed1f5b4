"""What the README and the documentation tell a reader to type is right."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from positivity.cli.main import _parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def test_python_block_prints_what_its_comments_say(tmp_path):
    (block,) = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(block.strip().splitlines()) <= 12
    done = subprocess.run(
        [sys.executable, "-c", block], capture_output=True, text=True, cwd=tmp_path, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "region.pdf").exists()
    printed = done.stdout.splitlines()
    promised = [line.split("#")[1].strip() for line in block.splitlines() if line.startswith("print(") and "#" in line]
    assert printed[-len(promised) + 1 :] == promised[1:], "the first one is a table"


def test_readme_is_short_and_its_figure_small():
    assert len(README.splitlines()) <= 125
    (image,) = re.findall(r"!\[[^]]*\]\(([^)]+)\)", README)
    assert 0 < (ROOT / image).stat().st_size <= 150_000
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_dependency_has_a_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    table = README[README.index("## Dependencies") :].lower()
    for requirement in declared:
        name = re.split(r"[\[<>=]", requirement)[0]
        assert name in table or name in ("nbformat", "nbclient", "ipykernel"), name  # those three are Jupyter


def typed(text):
    """Commands of positivity in code blocks, continuation lines joined, comments and redirections dropped."""
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        match = re.match(r"^(?: {4}|)(?:\$ )?(positivity [a-z].*)$", line)
        if match and (line.startswith(" ") or "`" not in line):
            words = shlex.split(match[1], comments=True)
            yield words[1 : words.index(">")] if ">" in words else words[1:]


@pytest.mark.parametrize("page", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_commands_on_this_page_are_understood(page):
    for words in typed(page.read_text(encoding="utf-8")):
        try:
            _parser().parse_args(words)
        except SystemExit:
            pytest.fail(f"positivity {' '.join(words)}")
