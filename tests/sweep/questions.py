"""Random questions over everything the package answers, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from positivity.questions.couplings import coupling_name, couplings_of_order
from positivity.questions.loops import loop_pairs, pair_text
from tests.sweep.theories import positive_value, unitary_value

#: of the cheap ones
CHEAP = {
    ("bound", "positive"): 50, ("bound", "unitary"): 8, ("bound", "loops"): 8, ("check", "positive"): 26,
    ("region", "positive"): 4, ("scan", "positive"): 4,
}  # fmt: skip
#: kinds of questions with their shares
SHARES = {
    ("bound", "positive"): 34, ("bound", "unitary"): 16, ("bound", "loops"): 12, ("check", "positive"): 14,
    ("check", "unitary"): 3, ("check", "loops"): 4, ("region", "positive"): 6, ("region", "unitary"): 1,
    ("region", "loops"): 1, ("scan", "positive"): 5, ("scan", "unitary"): 1, ("gravity", "positive"): 3,
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One question.

    arguments: of the function that answers it, as JSON.  witness: a theory (tests.sweep.theories) that has what is
    held fixed, None if none is known.
    """

    number: int
    kind: str
    family: str
    arguments: dict[str, Any] = field(default_factory=dict)
    witness: list[list[Any]] | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def question(seed: int, number: int, cheap: bool = False) -> Question:
    """The question with this number; cheap: low orders and few digits."""
    draw = random.Random(f"{seed}:{number}")
    kind, family = draw.choices(*zip(*(CHEAP if cheap else SHARES).items(), strict=True))[0]
    maker = {"positive": _positive, "unitary": _unitary, "loops": _loops}[family]
    if kind == "gravity":
        return Question(number, kind, family, _gravity(draw))
    return maker(draw, number, kind, cheap)


def names_to(order: int, least: int = 2) -> list[str]:
    """All couplings of orders least..order."""
    return [coupling_name(c) for n in range(least, order + 1) for c in couplings_of_order(n)]


def _target(draw: random.Random, order: int, taken: Iterable[str]) -> str:
    """A coupling that is not taken, or now and then a combination of up to three."""
    known = [name for name in names_to(min(order, 10)) if name not in taken]
    if draw.random() < 0.65 or len(known) < 2:
        return draw.choice(known)
    terms = draw.sample(known, min(len(known), draw.choice([2, 2, 3])))
    return "".join(f"{draw.choice('+-')}{draw.choice(['1', '2', '7', '0.5', '1/3', '30'])}*{n}" for n in terms)


def _scope(draw: random.Random, cheap: bool, orders: str, dimensions: tuple[int, int]) -> dict[str, int]:
    order = draw.choice([int(n) for n in orders.split()])
    return {"order": min(order, 6) if cheap else order, "dimension": draw.randint(*dimensions)}


# rho_J >= 0, ratios


def _positive(draw: random.Random, number: int, kind: str, cheap: bool) -> Question:
    scope = _scope(draw, cheap, "4 4 5 6 6 7 8 8 8 9 10 10 11 12", (4, 12))
    if kind in ("region", "scan"):
        scope["order"] = min(scope["order"], 8)
    parts = [
        [draw.randrange(3), f"{draw.uniform(0.05, 5):.2f}", f"{draw.choice([1, 1, draw.uniform(1, 9)]):.2f}"]
        for _ in range(draw.randint(1, 3))
    ]
    over = draw.choice(["g2"] * 6 + ["g4", "g6", "g8"][: max(1, (scope["order"] - 2) // 2)])
    over = over if int(over[1:]) <= scope["order"] else "g2"
    if kind == "check":
        return _positive_check(draw, number, scope, over, parts)
    others = [name for name in names_to(min(scope["order"], 8)) if name != over]
    exact = {name: positive_value(parts, scope["dimension"], name) for name in [over, *others]}
    ratios = {name: str(exact[name] / exact[over]) for name in others}
    held, fits = _held(draw, ratios, 1 if kind == "bound" else 2, cheap)
    rest = {"over": over, "fix": held, **scope}
    free, witness = [name for name in others if name not in held], parts if fits else None
    if kind == "region":
        x, y = draw.sample(free, 2)
        return Question(number, kind, "positive", rest | {"x": x, "y": y, "points": draw.randint(4, 7)}, witness)
    if kind == "scan":
        axis = draw.choice(free)
        values = {f"{float(Fraction(ratios[axis])) * draw.uniform(0.7, 1.4):.4f}" for _ in range(2)}
        target = _target(draw, scope["order"], [over, axis, *held])
        return Question(number, kind, "positive", rest | {"target": target, "grid": {axis: {"values": sorted(values)}}})
    digits = draw.choice([4, 6, 8] if cheap else [4, 6, 8, 8, 8, 10, 12, 14])
    method = "lp" if cheap else draw.choices(["lp", "sdp", "sdpa"], [94, 4, 2])[0]
    if method != "lp":
        rest["order"], digits = min(scope["order"], 8), min(digits, 6)
    rest |= {"coupling": _target(draw, rest["order"], [over, *held]), "digits": digits, "method": method}
    return Question(number, kind, "positive", rest, witness)


def _positive_check(
    draw: random.Random, number: int, scope: dict[str, int], over: str, parts: list[list[Any]]
) -> Question:
    """The couplings of a known theory, or of one with a coupling changed."""
    others = [name for name in names_to(min(scope["order"], 8)) if name != over]
    names = draw.sample(others, min(len(others), draw.randint(1, 4)))
    given = {name: str(positive_value(parts, scope["dimension"], name)) for name in [over, *names]}
    if draw.random() < 0.6:
        return Question(number, "check", "positive", scope | {"couplings": given}, parts)
    changed = float(Fraction(given[names[0]])) * (1 + draw.choice([-1, 1]) * draw.uniform(0.01, 2))
    return Question(number, "check", "positive", scope | {"couplings": given | {names[0]: f"{changed:.6f}"}})


def _held(draw: random.Random, values: dict[str, str], left: int, cheap: bool) -> tuple[dict[str, str], bool]:
    """Fixed values of all but `left` couplings at most, and whether the theory with these values has them."""
    mood = draw.choices(["none", "theory", "near", "wild"], [40, 30, 20, 0 if cheap else 10])[0]
    count = min(len(values) - left, draw.choice([1, 1, 2]))
    if mood == "none" or count < 1:
        return {}, True
    held = {name: values[name] for name in draw.sample(list(values), count)}
    if mood == "theory":
        return held, True
    spoiled = draw.choice(list(held))
    factor = draw.uniform(0.5, 1.6) if mood == "near" else draw.choice([0, -1, 5, 100])
    text, unit = held[spoiled].removesuffix("U"), "U" if held[spoiled].endswith("U") else ""
    held[spoiled] = f"{float(Fraction(text)) * factor:.6f}{unit}"
    return held, False


# 0 <= rho_J <= 2, absolute


def _unitary(draw: random.Random, number: int, kind: str, cheap: bool) -> Question:
    scope = _scope(draw, cheap, "4 4 5 6 6 6 7 8 8 9 10", (4, 6 if cheap else 10))
    if kind != "bound" or cheap:
        scope["order"] = min(scope["order"], 5 if cheap else 6)
    assumed = _assumptions(draw)
    blocks = _blocks(draw, assumed)
    levels = {n: f"{unitary_value(blocks, scope['dimension'], n):.30f}U" for n in names_to(min(scope["order"], 8))}
    held, fits = _held(draw, levels, 2, cheap)
    if kind in ("check", "scan") or draw.random() < 0.3:
        held = {"g2": levels["g2"]} | held
    rest = scope | {"density": "unitary"} | ({"assumptions": assumed} if assumed else {})
    witness, free = blocks if fits else None, [name for name in levels if name not in held]
    if kind == "check":
        return Question(number, kind, "unitary", rest | {"couplings": held}, witness)
    if kind == "region":
        x, y = draw.sample(list(levels), 2)
        fix = {name: value for name, value in held.items() if name not in (x, y)}
        return Question(number, kind, "unitary", rest | {"x": x, "y": y, "fix": fix, "points": 4}, witness)
    if kind == "scan":
        values = sorted({f"{float(levels['g2'][:-1]) * s:.6f}U" for s in (1, draw.uniform(0.5, 1.5))})
        target = draw.choice([name for name in free if name != "g2"])
        return Question(
            number, kind, "unitary", rest | {"target": target, "over": "U", "grid": {"g2": {"values": values}}}
        )
    if not assumed and scope["dimension"] <= 6 and draw.random() < 0.04:
        rest["smeared"] = draw.randint(3, 6)
    asked = {"coupling": _target(draw, scope["order"], held), "over": draw.choice(["1", "U", "U", *held])}
    return Question(
        number, kind, "unitary", rest | asked | {"fix": held, "digits": draw.choice([4, 6, 8, 8, 10])}, witness
    )


def _blocks(draw: random.Random, assumed: dict[str, Any]) -> list[list[float]]:
    """A density of spin 0 in three steps, within what is assumed."""
    lightest = next((float(g["mass_squared"]) for g in assumed.get("gaps", []) if g["spin"] == 0), 1.0)
    marks = sorted(draw.uniform(0, 1 / lightest) for _ in range(4))
    return [[marks[k], marks[k + 1], draw.uniform(0, float(assumed.get("ceiling", "2")))] for k in range(3)]


def _assumptions(draw: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if draw.random() < 0.25:
        found["ceiling"] = draw.choice(["1", "0.5", "1.5", "0.25"])
    if draw.random() < 0.15:
        found["last_spin"] = draw.choice([4, 10, 40])
    if draw.random() < 0.25:
        found["gaps"] = [{"spin": draw.choice([0, 2, 2, 4]), "mass_squared": draw.choice(["1.5", "2", "4"])}]
    return found


# one loop


def _loops(draw: random.Random, number: int, kind: str, cheap: bool) -> Question:
    scope = _scope(draw, cheap, "4 4 4 5 6 6 7 8", (5, 8))
    if cheap or kind == "region":
        scope["order"] = 4
    pairs = [pair_text(pair).replace(" ", "") for pair in loop_pairs(min(scope["order"], 6))]
    loops = "all" if draw.random() < 0.2 else ",".join(draw.sample(pairs, min(len(pairs), draw.randint(1, 4))))
    if cheap:
        loops = draw.choice(["g2^2", "g2^2,g2g4"]) if "g2g4" in pairs else "g2^2"
    level = f"{10 ** draw.uniform(-2, 0) * 0.6 * 2 ** (scope['dimension'] - 5):.5f}U"
    fix = {"g2": level}
    if draw.random() < 0.4:
        fix["g3"] = f"{float(level[:-1]) * draw.uniform(-5, 2):.5f}U"
    rest = scope | {"loops": loops, "density": draw.choice(["positive", "positive", "unitary"])}
    free = [name for name in ("g3", "g4", "g5", "g6", "g6'") if name not in fix and int(name[1]) <= scope["order"]]
    target = draw.choice(free)
    if kind == "check":
        named = fix | {"g3": fix.get("g3", level), target: f"{float(level[:-1]) * draw.uniform(-0.2, 0.7):.5f}U"}
        if loops == "all" or "g4" in loops:
            named["g4"] = named.get("g4", f"{float(level[:-1]) * draw.uniform(0, 0.6):.5f}U")
        return Question(number, kind, "loops", rest | {"couplings": named})
    if kind == "region":
        small = rest | {"loops": draw.choice(["g2^2", "g2^2,g2g3", "g2^2,g2g4"]), "density": "positive"}
        return Question(number, kind, "loops", small | {"x": "g3", "y": "g4", "fix": {"g2": level}, "points": 5})
    digits = draw.choice([4, 6, 8])
    over = draw.choice(["1", "U", "U", "g2"])
    return Question(number, kind, "loops", rest | {"coupling": target, "over": over, "fix": fix, "digits": digits})


def _gravity(draw: random.Random) -> dict[str, Any]:
    direction = draw.choice([[1, 0], [1, 0], [1, round(draw.uniform(-0.3, 0.3), 3)]])
    certify = draw.random() < 0.6
    functions = [draw.randint(5, 7)] if certify else [draw.randint(5, 8), draw.randint(0, 4)]
    return {"dimension": draw.randint(5, 9), "direction": direction, "functions": functions, "certify": certify}
