import json

import numpy as np
import pytest

import positivity
from positivity.answers.region import Region
from positivity.certificates.verification import verify
from solvers.polygons import convex_hull, find_kinks, intersect_half_planes, widest_gap
from solvers.verify import Refused


@pytest.fixture(scope="module")
def region():
    return positivity.region("g3", "g4", order=8, points=40)


@pytest.mark.parametrize("order", [6, *(pytest.param(n, marks=pytest.mark.slow) for n in (8, 10))])
def test_forty_certified_boundary_points(order):
    traced = positivity.region("g3", "g4", order=order, points=40)
    assert len(traced.certified) == len(traced.half_planes) >= 40
    assert traced.outer[:, 1].max() == pytest.approx(0.5, abs=1e-8)
    corner = [k for k in traced.kinks if abs(k.x - 3) < 1e-6 and abs(k.y - 0.5) < 1e-6]
    assert corner and corner[0].angle > 1
    # every half-plane is touched by its extremal spectrum
    for plane in traced.half_planes:
        a, b, h = plane.line
        assert 0 <= h - (a * plane.point[0] + b * plane.point[1]) + 1e-12 < 1e-7


def test_boundary_agrees_with_single_bounds(region):
    bound = positivity.bound("g3", order=8)
    assert region.outer[:, 0].min() == pytest.approx(float(bound.lower.text), abs=1e-7)
    held = positivity.bound("g3", order=8, fix={"g4": "0.2"})
    for end in (held.lower, held.upper):
        x, y = float(end.text), 0.2
        slack = min((h - a * x - b * y) / np.hypot(a, b * 0.07) for a, b, h in (p.line for p in region.certified))
        assert 0 <= slack + 1e-7 < 2e-2


def test_known_theories_lie_inside(region):
    for theory in region.theories:
        assert all(a * theory.x + b * theory.y <= h + 1e-12 for a, b, h in (p.line for p in region.certified))
    for x, y in region.inner:
        assert all(a * x + b * y <= h + 1e-9 for a, b, h in (p.line for p in region.certified))


def test_round_trip_and_verification(region):
    data = json.loads(json.dumps(region.to_dict()))
    again = Region.from_dict(data)
    assert again.to_dict() == region.to_dict()
    assert len(verify(data)) == len(region.half_planes)
    data["half_planes"][3]["end"]["value"] = str(float(data["half_planes"][3]["end"]["value"]) - 1e-6)
    with pytest.raises(Refused, match="stronger"):
        verify(data)


def test_resume_keeps_what_was_done(region):
    half = Region.from_dict(region.to_dict() | {"half_planes": region.to_dict()["half_planes"][::2]})
    start = [p for p in region.half_planes if "0" in p.normal]
    kept = {p.normal: p for p in (*half.half_planes, *start)}
    data = region.to_dict() | {"half_planes": [
        {"normal": list(p.normal), "end": p.end.to_dict(), "point": p.point} for p in kept.values()]}  # fmt: skip
    resumed = positivity.region("g3", "g4", order=8, points=44, resume=Region.from_dict(data))
    assert set(kept) <= {p.normal for p in resumed.half_planes}
    with pytest.raises(positivity.InputError, match="another problem"):
        positivity.region("g3", "g4", order=6, points=44, resume=region)


def test_interrupt_keeps_finished_half_planes(monkeypatch):
    calls = []

    def stop(done, total):
        calls.append(done)
        if done == 9:
            raise KeyboardInterrupt

    traced = positivity.region("g3", "g4", order=6, points=30, progress=stop)
    assert not traced.complete and len(traced.half_planes) == 9


def test_unbounded_region_says_so():
    with pytest.raises(positivity.InputError, match="no end in the direction"):
        positivity.region("g2", "g3", "g4", order=6)


def test_tables(region):
    text = str(region)
    assert "D=4" in text and "order 8" in text and "certified" in text and "kinks: (3, 0.5)" in text
    assert "<table>" in region._repr_html_()


def test_geometry():
    square = [(1, 0, 1), (0, 1, 1), (-1, 0, 1), (0, -1, 1)]
    assert len(intersect_half_planes(square)) == 4
    assert len(intersect_half_planes(square[:3])) == 0
    assert len(convex_hull(np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5], [0.5, 0]]))) == 4
    touching = [((1, 0, 1), (1.0, 1.0)), ((0, 1, 1), (1.0, 1.0)), ((-1, 0, 1), (-1.0, 1.0)), ((0, -1, 1), (-1.0, -1.0))]
    corners = {(round(k.x), round(k.y)) for k in find_kinks(touching)}
    assert (1, 1) in corners
    circle = [((np.cos(a), np.sin(a), 1.0), (np.cos(a), np.sin(a))) for a in np.linspace(0, 2 * np.pi, 40, False)]
    assert find_kinks(circle) == ()
    assert widest_gap(circle[::2], np.ones(2)) is not None
