"""The plan of the house: rooms on floors, imports only go down, no circle, small files and short signatures."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOP = ("positivity", "solvers", "paper_figs")
#: rooms from the ground up; a room imports from lower floors only
FLOORS = (
    ("solvers", "questions"),
    ("amplitudes",),
    ("sum_rules",),
    ("answers", "programs"),
    ("certificates",),
    ("bounds", "checks"),
    ("regions", "scans"),
    ("cli", "scope"),
    ("__init__", "__main__", "paper_figs"),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS, 1) for room in rooms}
#: most arrows between rooms, lines of a file, parameters of a function
MOST_ARROWS, MOST_LINES, MOST_PARAMETERS = 80, 300, 7


def _files():
    return {
        str(path.relative_to(ROOT)).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for top in TOP
        for path in sorted((ROOT / top).rglob("*.py"))
    }


FILES = _files()


def room(module):
    """solvers, paper_figs, a folder of positivity or one of its own files."""
    parts = module.split(".")
    if parts[0] != "positivity":
        return parts[0]
    return parts[1] if len(parts) > 1 else "__init__"


def imported(module):
    """Modules of the house that a module imports anywhere, within functions and for types too."""
    found = set()
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in TOP:
            assert not node.level
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else node.module for name in whole}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] in TOP}
    return found - {module}


ARROWS = {module: imported(module) for module in FILES}


def test_every_room_has_its_floor():
    assert {room(module) for module in FILES} == set(FLOOR)
    assert len(FLOORS) <= 9 and len(FLOOR) <= 16


@pytest.mark.parametrize("module", FILES)
def test_imports_go_down(module):
    others = [other for other in ARROWS[module] if room(other) != room(module)]
    up = [other for other in others if FLOOR[room(other)] >= FLOOR[room(module)]]
    assert up == []


def test_arrows_are_few():
    assert len({(room(a), room(b)) for a, bs in ARROWS.items() for b in bs if room(a) != room(b)}) <= MOST_ARROWS


def test_no_circle_of_files():
    done, path = set(), []

    def visit(module):
        assert module not in path, " -> ".join([*path[path.index(module) :], module])
        if module in done:
            return
        path.append(module)
        for other in ARROWS[module]:
            visit(other)
        path.pop()
        done.add(module)

    for module in FILES:
        visit(module)


def test_the_solvers_know_no_physics():
    assert not [m for m in FILES if room(m) == "solvers" and any(room(o) != "solvers" for o in ARROWS[m])]


def test_the_verifier_imports_nothing_else():
    inside = [m for m in FILES if m.startswith("solvers.verify")]
    assert not [(m, o) for m in inside for o in ARROWS[m] if not o.startswith("solvers.verify")]


def test_what_decides_imports_nothing_that_finds():
    """The proofs of documents rest on the verifier, the questions and the sum rules alone."""
    finds = ("bounds", "checks", "regions", "scans", "programs", "cli")
    reached, todo = set(), [m for m in FILES if m.startswith("positivity.certificates.")]
    while todo:
        module = todo.pop()
        if module not in reached:
            reached.add(module)
            todo += ARROWS[module]
    assert not [m for m in reached if room(m) in finds]


@pytest.mark.parametrize("module", FILES)
def test_files_are_small_and_signatures_short(module):
    text = FILES[module].read_text()
    assert len(text.splitlines()) <= MOST_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            count = len([name for name in names if name not in ("self", "cls")])
            assert count <= MOST_PARAMETERS, f"{module}.{node.name} has {count} parameters"
