"""Genuine documents of every schema that says something proved: kept in tests/data, and how they are made.

python -m tests.documents      # makes them again, a minute; tests/data/gravity6.json is of
                               # positivity gravity --dimension 6 --functions 9 --certificate
"""

import json
import tempfile
from functools import lru_cache
from pathlib import Path

from flint import fmpq

import positivity
from positivity.bounds.cutoff_proved import certify_cutoff
from positivity.bounds.exclusion import exclude
from positivity.bounds.strength import _excluding
from positivity.questions.loops import parse_pairs
from positivity.regions.loop_region import loop_region

DATA = Path(__file__).parent / "data"
FOUR = "g2^2,g2g3,g3^2,g2g4"


def plain(data):
    return json.loads(json.dumps(data))


@lru_cache(maxsize=1)
def _stored():
    found = json.loads((DATA / "documents.json").read_text(encoding="utf-8"))
    gravity = json.loads((DATA / "gravity6.json").read_text(encoding="utf-8"))
    found |= {"gravity": gravity, "gravity certificate": gravity["certificate"], "gravities": {"bounds": [gravity]}}
    found["slices"] = found["strength"]["upper"]["certificate"]
    found["figure"] = {"orders": [found["bound"], found["excluded"]], "provenance": {"status": {"certified": 2}}}
    return found


def documents():
    """{name: document}, each accepted by `positivity.verify`; "scan" is a list of lines.  A fresh copy."""
    return plain(_stored())


def make():
    """The documents made by this version."""
    bound = positivity.bound
    tree = bound("g3", order=6)
    held = bound("g3", order=5, fix={"g4": "0.3"})
    unitary = bound("g3", over="g2", density="unitary", order=4, fix={"g2": "0.3U"})
    loop = bound("g3", over="U", order=4, dimension=5, fix={"g2": "0.3U"}, loops="g2^2")
    cover = bound("g4", over="U", order=4, dimension=5, fix={"g2": "0.3U"}, loops="g2^2,g2g3,g3^2")
    found = {
        "bound": tree.to_dict(),
        "certificate": tree.lower.certificate,
        "held": held.to_dict(),
        "impossible": bound("g3", order=5, fix={"g4": "0.7"}).to_dict(),
        "unitary": unitary.to_dict(),
        "unitary certificate": unitary.upper.certificate,
        "loop": loop.to_dict(),
        "loop certificate": loop.lower.certificate,
        "cover": cover.to_dict(),
        "strength": strength(),
        "region": positivity.region("g3", "g4", order=4, points=5).to_dict(),
        "loop region": loop_region(
            "g3", "g4", fix={"g2": "0.3U"}, loops="g2^2,g2g3,g3^2", order=4, dimension=5, points=3
        ).to_dict(),
        "excluded": positivity.check({"g2": 1, "g3": 4}, order=4).to_dict(),
        "allowed": positivity.check({"g2": 1, "g3": 1}, order=4).to_dict(),
        "exclusion": exclude(6, fmpq(1, 3), fmpq(1, 8)).to_dict(),
        "scan": scan(),
        "cutoff": certify_cutoff("0.3", 1, functions=6, last_spin=40, nodes=40, top="0.9"),
    }
    return plain(found)


def strength():
    """A bound with one slice of g2 as its certificate, D = 6."""
    pairs, low, high = parse_pairs(FOUR), fmpq(4), fmpq(41, 10)
    certificates = [dict(c) for c in _excluding(low, high, pairs, 4, 6)]
    slices = [{"from": str(low), "to": str(high), "certificates": certificates}]
    problem = {"coupling": "g2", "over": "U", "dimension": 6, "order": 4, "density": "positive", "loops": FOUR}
    certificate = {"schema": "eft-positivity/strength/1", "slices": slices}
    end = {"status": "certified", "value": "4.00001", "natural": "4.00001", "excluded": ["4.00001", "4.05"],
           "certificate": certificate}  # fmt: skip
    return {"schema": "eft-positivity/bound/1", "problem": problem, "upper": end, "lower": {"status": "failed"}}


def scan():
    """The lines of the file of a scan of bounds at two values of g4 and of one that is excluded."""
    spec = {"target": "g3", "order": 4, "grid": {"g4": {"values": ["0.1", "0.4", "0.7"]}}}
    with tempfile.TemporaryDirectory() as folder:
        positivity.scan(spec, Path(folder) / "s.jsonl")
        return [json.loads(line) for line in (Path(folder) / "s.jsonl").read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    (DATA / "documents.json").write_text(json.dumps(make(), indent=0) + "\n", encoding="utf-8")
