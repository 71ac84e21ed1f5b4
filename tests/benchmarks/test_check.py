"""Benchmarks of check (make bench): time per point, and a single question with its setup."""

import itertools
import random

import numpy as np
import pytest

import positivity
from positivity.amplitudes import uv


def mixtures(names, count):
    """Values of random mixtures of known theories, as texts."""
    rng, theories = random.Random(1), uv.known_theories()
    combinations = positivity.Checker(names, order=6).combinations
    for _ in range(count):
        parts = [(rng.choice(theories), round(10 ** rng.uniform(-3, 3), 6), round(10 ** rng.uniform(0, 3), 4))
                 for _ in range(rng.randint(1, 5))]  # fmt: skip
        yield list(uv.mixture(parts).values(combinations).values())


@pytest.mark.parametrize("names", ["g2,g3,g4", "g2,g3,g4,g5,g6,g6'"])
def test_known_theories(benchmark, names):
    """One round is one point: the median is the time per allowed point, order 6."""
    names = names.split(",")
    checker = positivity.Checker(names, order=6)
    points = itertools.cycle(mixtures(names, 500))
    benchmark.pedantic(lambda: checker.check(next(points)), rounds=500)


def test_points_outside(benchmark):
    """One round is one point 1e-6 and more outside the (g3, g4) region, order 6."""
    rng = random.Random(2)
    planes = [plane for plane in positivity.region("g3", "g4", order=6, points=40).certified if plane.point]
    checker = positivity.Checker(["g2", "g3", "g4"], order=6)

    def point():
        plane = rng.choice(planes)
        normal = np.array(plane.line[:2]) / np.hypot(*plane.line[:2])
        return [1, *map(float, np.array(plane.point) + 10 ** rng.uniform(-6, 0) * normal)]

    points = [point() for _ in range(500)]
    places = itertools.cycle(points)
    verdicts = benchmark.pedantic(lambda: checker.check(next(places)), rounds=500)
    assert verdicts.excluded


@pytest.mark.parametrize("order", [6, 10, 14])
def test_one_question(benchmark, order):
    """Setup included."""
    verdict = benchmark.pedantic(
        positivity.check, ({"g2": 1, "g3": "-5", "g4": "0.3"},), {"order": order}, rounds=5, warmup_rounds=1
    )
    assert verdict.allowed
