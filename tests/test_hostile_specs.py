"""Hostile specifications of scans, generated: a documented exit code, one line, no traceback, in no time."""

import itertools
import time

import pytest

from tests.command import run

GOOD = {
    "task": '"bound"', "target": '"g3"', "over": '"g2"', "order": "4", "dimension": "4", "density": '"positive"',
    "loops": '"tree"', "digits": "6", "method": '"lp"', "smeared": "0", "keep": '"values"',
}  # fmt: skip
GRID = {"from": "0.1", "to": "0.2", "points": "2", "scale": '"linear"', "adaptive": "0"}
WRONG = [
    '""', '"x"', '"\\u001b[31m"', "-1", "0", "1.5", "1e400", "nan", "-inf", "true", "[]", "[1, [2]]", "{}", "{a = 1}",
    "9" * 30, "9" * 5000, '"' + "9" * 5000 + '"', '"1/0"', '"g3/0"', '"\\u0000"', "1979-05-27", "07:32:00",
    "'''a\nb'''",
]  # fmt: skip
CODES = {0, 1, 2, 3, 4}


def text(options, grid, rest=""):
    lines = [f"{key} = {value}" for key, value in options.items()]
    return "\n".join([*lines, "[grid.g4]", *(f"{key} = {value}" for key, value in grid.items()), rest])


def changed():
    """One value of a good specification replaced, or missing."""
    for key, value in itertools.product(GOOD, WRONG):
        yield f"{key} = {value:.20}", text(GOOD | {key: value}, GRID)
    for key, value in itertools.product(GRID, WRONG):
        if (key, value) != ("from", "0"):  # a sensible question
            yield f"grid {key} = {value:.20}", text(GOOD, GRID | {key: value})
    for key in GOOD:
        yield f"without {key}", text({k: v for k, v in GOOD.items() if k != key}, GRID)
    for key in GRID:
        yield f"grid without {key}", text(GOOD, {k: v for k, v in GRID.items() if k != key})
    for value in WRONG:
        yield f"values = {value:.20}", text(GOOD, {"values": value})
        yield f"values = [{value:.20}]", text(GOOD, {"values": f"[{value}, {value}]"})
        yield f"fix g5 = {value:.20}", text(GOOD | {"order": "5"}, GRID, f"[fix]\ng5 = {value}")
        yield (
            f"ceiling = {value:.20}",
            text(GOOD | {"density": '"unitary"', "over": '"U"'}, GRID, f"[assumptions]\nceiling = {value}"),
        )
        yield f"gaps = {value:.20}", text(GOOD | {"density": '"unitary"'}, GRID, f"[assumptions]\ngaps = {value}")


def shapes():
    """No good specification at all."""
    good = text(GOOD, GRID)
    yield from {
        "empty": "", "blank": "\n \t\n", "text": "hello", "json": '{"a": 1}', "binary": "\x01\x02", "half": good[:-20],
        "twice": good + "\n" + good, "deep": "a = " + "[" * 20_000, "deep table": "[" + "a." * 5000 + "b]",
        "no grid": "\n".join(f"{k} = {v}" for k, v in GOOD.items()), "grid = 1": "grid = 1",
        "fix = 1": good + "\nfix = 1",
        "unknown key": "x = 1\n" + good, "long key": "x" * 10_000 + " = 1\n" + good, "large": "# " + "x" * 2_000_000,
        "unknown table": good + "\n[tables]", "escape key": '"\\u001b[2J" = 1\n' + good,
        "fix twice": good + "\n[fix]\ng4 = 1",
        "many points": text(GOOD, GRID | {"points": "100000"}, "[grid.g5]\nfrom=0\nto=1\npoints=100000"),
        "code": text(GOOD | {"task": '"os:system"'}, GRID), "no module": text(GOOD | {"task": '"a.b.c:d"'}, GRID),
        "task of nothing": text(GOOD | {"task": '":"'}, GRID), "dots": text(GOOD | {"task": '"...:x"'}, GRID),
        "check": text(GOOD | {"task": '"check"'}, GRID), "axis": text(GOOD, GRID, "[grid.g1]\nvalues = [1]"),
        "axis of nothing": text(GOOD, GRID, '[grid.""]\nvalues = [1]'),
        "axes": text(GOOD, GRID, "[grid.order]\nvalues = [4]"),
        "units": text(GOOD, GRID | {"from": '"0.1U"'}),
        "tiny": text(GOOD, GRID | {"from": '"1e-300"', "to": '"2e-300"'}),
    }.items()  # fmt: skip


SPECIFICATIONS = [*changed(), *shapes()]


def assert_harmless(capsys, folder, label, specification):
    (folder / "spec.toml").write_text(specification)
    (folder / "scan.jsonl").unlink(missing_ok=True)
    # some are sensible questions, which take seconds: of the processor, whatever else it does
    started, used = time.perf_counter(), time.process_time()
    code, out, err = run(capsys, "scan", "spec.toml", "-o", "scan.jsonl")
    assert code in CODES, (label, code, err[-300:])
    assert "Traceback" not in err and "\x1b" not in out + err, label
    if code == 2:
        assert err.startswith("positivity: ") and err.count("\n") == 1 and len(err) < 1000 and out == "", (label, err)
    if code != 2:
        assert "error in the library" not in (folder / "scan.jsonl").read_text(), label
    assert time.process_time() - used < 10 and time.perf_counter() - started < 100, label


def test_there_are_enough_of_them():
    assert len(SPECIFICATIONS) > 400 and len({s for _, s in SPECIFICATIONS}) > 380


@pytest.mark.parametrize("part", range(4))
def test_hostile_specifications(capsys, tmp_path, monkeypatch, part):
    """One of three, of every kind."""
    monkeypatch.chdir(tmp_path)
    for label, specification in SPECIFICATIONS[part::12]:
        assert_harmless(capsys, tmp_path, label, specification)


@pytest.mark.slow
def test_all_hostile_specifications(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for label, specification in SPECIFICATIONS:
        assert_harmless(capsys, tmp_path, label, specification)
