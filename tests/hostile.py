"""Hostile command lines and documents, generated: every option of every command with values nobody expects."""

import argparse
import itertools
import json
import random

from positivity.cli.main import _parser

#: a question of each command that is answered in no time, should the hostile part turn out to be sensible
BASES = {
    "nulls": ["--order", "4"],
    "amplitude": ["--order", "4"],
    "bound": ["g3", "--order", "4"],
    "region": ["g3", "g4", "--order", "4", "--points", "4"],
    "check": ["g2=1", "g3=1", "--order", "4"],
    "exclude": ["--dimension", "6", "--kappa", "1/3", "--delta", "1/8"],
    "gravity": ["--dimension", "6", "--functions", "5"],
    "cutoff": ["--analytic", "--mu", "1", "--g4", "50"],
    "scan": ["no-such-spec.toml", "--output", "scan.jsonl"],
    "table": ["no-such-scan.jsonl"],
    "verify": ["no-such-file.json"],
    "export": ["sdpb", "g3", "--order", "4", "--spins", "4", "--output", "pmp.json"],
    "import": ["sdpb", "no-such-answer"],
    "cite": ["no-such-file.json"],
}
NUMBERS = [
    "", " ", "-", "-1", "0", "1.5", "3/2", "1/0", "0/0", "nan", "inf", "-inf", "1e400", "-1e-400", "1e999999999",
    "9" * 20, "9" * 5000, "0." + "3" * 5000, "1e" + "9" * 50, "\u00b2", "\u0663", "\uff11\uff12", "0x10", "1_000",
    "1,000", "1..2", "--", "+", "1e", "e5", ".", "True", "None", "1j", "1 2", "1\n2",
]  # fmt: skip
NAMES = [
    "g1", "g0", "g", "g999", "g" + "9" * 300, "g3" + "'" * 300, "g" * 300, "g3/0", "g3/0.0", "1/0*g3", "g3-g3", "g3+",
    "+-g3", "g3 g4", "g3*g4", "g3**2", "g3^2", "g[0,1", "g[-1,2]", "g[1e3,2]", "g[" + "9" * 5000 + ",1]", "g_{1,2",
    "1e500*g3", "9" * 5000 + "*g3", "(" * 2000, "[" * 5000, " " * 15000 + "g3", "g3" + "+g4" * 4000, "g\u00b2", "G3",
    "\x1b[31mg3", "g3\n g4", "g3\x00", "\udcffg3", "\u202eg3", "__import__('os').system('id')", "$(id)", "%s%n",
    "{0.__class__}", "=", "=1", "null", "-g3", "'", '"', "g3;g4", "g2=0.3", "U", "1",
]  # fmt: skip
FILES = [
    "", " ", ".", "..", "/", "/dev/null/x", "/no/such/folder/file.json", "a" * 300, "a/" * 3000, "a\x00b", "\udcff",
    "\x1b]0;title\x07.json", "a\nb/c.json", "-", "con/aux", "~nobody/x", "file://x", "*", "\u202e.pdf",
    "/proc/self/mem",
]  # fmt: skip
EQUATIONS = [
    "", "g4", "g4=", "=0.3", "g4==0.3", "g4=0.3=0.4", "g4=nan", "g4=1/0", "g4=1e9999", "g4=" + "9" * 5000, "g4=0.3U",
    "g4=U", "g4=\u00b2", "g4=0x1", "g1=1", "g3/0=1", "g" + "4" * 500 + "=1", "g4=[1]", "g4=None", "g4=\x1b[2J",
    "g2=0", "g2=-1", "g3=1", "g4=1e308", "g4=1e-308", "g4=1e390", "g4=-1e390", ";", "g4:0.3", "g4 0.3",
]  # fmt: skip
GAPS = ["", "2", "2:", ":4", "\u00b2:4", "-2:4", "2:0", "2:1e999", "1:4", "2:4:6", "9" * 5000 + ":4", "2:nan", "x:y"]
PAIRS = [
    "",
    ",",
    "g2",
    "g2^3",
    "g2^2,g2^2",
    "g2^2,",
    "g9g9,g1",
    "all",
    "TREE",
    "g2^" + "2" * 500,
    "g2^2" * 500,
    "\x1b[1m",
]


def commands():
    """{name: parser} of the command line."""
    (group,) = (each for each in _parser()._actions if isinstance(each, argparse._SubParsersAction))
    return group.choices


def values_of(action):
    """Hostile values for one option or argument."""
    name, kind = action.dest, getattr(action.type, "__name__", "")
    if kind in ("integer", "decimal") or name in ("ceiling", "kappa", "delta", "p_min", "g2", "g4", "mu"):
        return NUMBERS
    if name in ("coupling", "x", "y", "over"):
        return NAMES
    if name in ("fix", "couplings"):
        return EQUATIONS
    if name in ("output", "certificate", "explain", "spec", "scan", "file", "answer", "problem"):
        return FILES
    by_name = {"gap": GAPS, "loops": PAIRS, "json": FILES}
    return by_name.get(name, NAMES[:12] + NUMBERS[:12])


def replaced(base, action, value):
    """The base question with one option or argument given another value."""
    if action.option_strings:
        option = action.option_strings[0]
        if option in base:
            place = base.index(option)
            return [*base[:place], f"{option}={value}", *base[place + 2 :]]
        return [*base, f"{option}={value}"]
    return [value, *base[1:]] if base and not base[0].startswith("-") else [*base, value]


def single_lines():
    """One hostile value in an otherwise sensible command line."""
    for name, parser in commands().items():
        for action in parser._actions:
            if action.nargs == 0 or action.dest in ("help", "solver", "dask"):
                continue
            for value in values_of(action):
                yield [name, *replaced(BASES[name], action, value)]


def structural_lines():
    """Options twice, without a value, unknown ones, and nothing at all."""
    yield from ([], ["--"], ["-h", "-h"][:0], ["frobnicate"], ["--version=1"], [""], ["\x1b[31m"], ["bound"] * 50)
    for name, parser in commands().items():
        yield from ([name, "--no-such"], [name, *BASES[name], "--no-such=1"], [name, *BASES[name], *["x"] * 20])
        for action in parser._actions:
            if not action.option_strings or action.dest == "help":
                continue
            option = action.option_strings[0]
            if action.nargs == 0:
                yield [name, *BASES[name], f"{option}=yes"]
                continue
            yield [name, *BASES[name], option]
            yield [name, *BASES[name], option, option]
            yield [name, *BASES[name], option, "-g2"]
            if not isinstance(action, argparse._AppendAction):
                yield [name, *BASES[name], f"{option}=4", f"{option}=5"]


def double_lines(count, seed=0):
    """Two hostile values at once, drawn at random but always the same ones."""
    draw = random.Random(seed)
    options = [
        (name, action)
        for name, parser in commands().items()
        for action in parser._actions
        if action.nargs != 0 and action.dest not in ("help", "solver", "dask")
    ]
    for _ in range(count):
        name, first = draw.choice(options)
        second = draw.choice([action for other, action in options if other == name])
        line = replaced(BASES[name], first, draw.choice(values_of(first)))
        yield [name, *replaced(line, second, draw.choice(values_of(second)))]


def unique(lines):
    """Without repetitions, in order."""
    return [list(line) for line in dict.fromkeys(map(tuple, lines))]


def documents(good):
    """Hostile texts made from a good document: {label: text}."""
    yield from {
        "empty": "", "blank": " \n", "not json": "{", "a list": "[]", "a number": "1", "null": "null", "text": '"x"',
        "deep": "[" * 100_000, "deep object": '{"a":' * 5000 + "1" + "}" * 5000, "binary": "\x00\x01\x02",
        "a large integer": '{"schema": ' + "9" * 10_000 + "}", "nan": '{"schema": NaN}', "twice": json.dumps(good) * 2,
        "no object": json.dumps([good]), "another schema": json.dumps({**good, "schema": "eft-positivity/none/1"}),
    }.items()  # fmt: skip
    wrong = [None, 0, -1, 1.5, 10**30, "", "x", "\x1b[31m", [], [1], {}, {"a": 1}, True, "9" * 3000, "1/0", "nan"]
    for place in sorted(_places(good)):
        for value in itertools.islice(
            itertools.cycle(wrong), hash_of(place) % len(wrong), hash_of(place) % len(wrong) + 3
        ):
            yield f"{place} = {value!r:.20}", json.dumps(_with(good, place, value))
        yield f"without {place}", json.dumps(_with(good, place, _GONE))


def hash_of(place):
    """The same on every run."""
    return sum(map(ord, str(place)))


_GONE = object()


def _places(data, depth=3):
    """Paths into a document, not too deep and not every entry of a long list."""
    if depth == 0 or not isinstance(data, dict | list):
        return
    keys = list(data)[:30] if isinstance(data, dict) else range(min(len(data), 1))
    for key in keys:
        yield (str(key),)
        for rest in _places(data[key], depth - 1):
            yield (str(key), *rest)


def _with(data, place, value):
    key = int(place[0]) if isinstance(data, list) else place[0]
    changed = list(data) if isinstance(data, list) else dict(data)
    if len(place) == 1 and value is _GONE:
        del changed[key]
    else:
        changed[key] = value if len(place) == 1 else _with(data[key], place[1:], value)
    return changed
