"""The same bounds by other methods: sums of squares, SDPA-GMP, and the field's solver SDPB."""

import shutil
import subprocess
from importlib.util import find_spec

import pytest
from flint import fmpq

import positivity
from positivity.programs.build import ratio_program
from positivity.questions.couplings import parse_combination
from solvers.sdpb import multipliers, read_output, write_xml
from tests.test_bounds import LADDER

SDPB_OPTIONS = (
    "--dualityGapThreshold=1e-14 --primalErrorThreshold=1e-30 --dualErrorThreshold=1e-30 "
    "--initialMatrixScalePrimal=1e3 --initialMatrixScaleDual=1e3 --maxThreads=1 --noFinalCheckpoint"
).split()


@pytest.mark.parametrize("order", [4, 6, 8])
def test_sums_of_squares_agree(order):
    bound = positivity.bound("g3", order=order, method="sdp")
    assert bound.lower.status == "certified"
    assert 0 <= float(LADDER[order]) - float(bound.lower.text) < 2e-6
    assert (bound.upper.text, bound.upper.status) == ("3", "certified")


@pytest.mark.skipif(find_spec("sdpap") is None, reason="the optional extra sdpa is not installed")
@pytest.mark.parametrize(
    "order", [4, 6, pytest.param(8, marks=pytest.mark.slow), pytest.param(10, marks=pytest.mark.slow)]
)
def test_sdpa_gmp_agrees(order):
    bound = positivity.bound("g3", order=order, method="sdpa")
    assert bound.lower.status == "certified"
    assert 0 <= float(LADDER[order]) - float(bound.lower.text) < 5e-7


def test_sdpa_without_its_extra(monkeypatch):
    monkeypatch.setattr("positivity.questions.options.find_spec", lambda name: None)
    with pytest.raises(positivity.InputError, match=r"pip install 'eft-positivity\[sdpa\]'"):
        positivity.bound("g3", order=4, method="sdpa")


def test_sdp_reports_an_unbounded_end():
    assert positivity.bound("g3", order=3, method="sdp").lower.status == "unbounded"


@pytest.mark.integration
@pytest.mark.skipif(shutil.which("sdpb") is None, reason="sdpb is not on PATH")
@pytest.mark.parametrize(
    ("order", "top", "precision"), [(8, 60, 256), pytest.param(10, 110, 400, marks=pytest.mark.slow)]
)
def test_sdpb_agrees(tmp_path, order, top, precision):
    """All even spins up to `top` hold every contact of these orders, so the values agree."""
    program = ratio_program([parse_combination("g3")], parse_combination("g2"), [], order, 4).program
    source, out = tmp_path / "p.xml", tmp_path / "p.out"
    write_xml(program, [fmpq(1)], [*range(0, top + 1, 2), -1], source)
    command = ["sdpb", "-s", source, "-o", out, "-c", tmp_path / "p.ck", f"--precision={precision}", *SDPB_OPTIONS]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=300)
    answer = read_output(out)
    assert answer["terminateReason"] == "found primal-dual optimal solution"
    ours = positivity.bound("g3", order=order, digits=12).lower
    assert abs(float(answer["primalObjective"]) - float(ours.spectrum_value)) < 1e-10
    assert abs(float(multipliers(answer)[0]) + float(ours.value)) < 1e-10
