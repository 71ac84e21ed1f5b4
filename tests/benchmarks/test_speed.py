"""Benchmarks (make bench): times and the peer side by side in one run; never a test of a time."""

import resource
import shutil
import subprocess
import sys

import pytest
from flint import fmpq

import positivity
from positivity.programs.build import ratio_program
from positivity.questions.couplings import parse_combination
from positivity.sum_rules import forward as sum_rules
from positivity.sum_rules import null_constraints as nulls_module
from solvers.sdpb import read_output, write_xml
from solvers.verify import verify_data


def forget_rows():
    for cached in (
        nulls_module._nulls_at_order,
        sum_rules._coupling_functional,
        sum_rules._forward_taylor,
        sum_rules.heavy_kernel,
    ):
        cached.cache_clear()


def test_nulls_to_order_30(benchmark):
    result = benchmark.pedantic(nulls_module.null_constraints, (30,), setup=forget_rows, rounds=20)
    assert len(result) == 135


@pytest.mark.parametrize("order", [8, 10, 14, 20])
def test_bound_default_digits(benchmark, order):
    """Both ends with certificates and spectra."""
    bound = benchmark.pedantic(
        positivity.bound, ("g3",), {"order": order}, setup=forget_rows, rounds=3, warmup_rounds=1
    )
    assert bound.lower.status == "certified"


@pytest.mark.parametrize("order", [14, 20])
def test_bound_twelve_digits(benchmark, order):
    arguments = {"order": order, "digits": 12}
    bound = benchmark.pedantic(positivity.bound, ("g3",), arguments, setup=forget_rows, rounds=2)
    assert bound.lower.status == "certified"


@pytest.mark.parametrize("order", [8, 14, 20])
def test_verification_alone(benchmark, order):
    certificate = positivity.bound("g3", order=order).lower.certificate
    benchmark.pedantic(verify_data, (certificate,), rounds=3)


def test_region_sixty_points(benchmark):
    region = benchmark.pedantic(positivity.region, ("g3", "g4"), {"order": 8, "points": 60}, rounds=2)
    assert len(region.certified) >= 60


@pytest.mark.parametrize("order", [6, 8, 10])
def test_full_unitarity(benchmark, order):
    """Both ends of g2 with 0 <= rho <= 2, certified."""
    arguments = {"order": order, "density": "unitary"}
    bound = benchmark.pedantic(positivity.bound, ("g2",), arguments, rounds=2)
    assert bound.upper.status == "certified"


def test_full_unitarity_verification(benchmark):
    certificate = positivity.bound("g2", order=8, density="unitary").upper.certificate
    benchmark.pedantic(verify_data, (certificate,), rounds=3)


@pytest.mark.slow
def test_full_unitarity_region(benchmark):
    arguments = {"order": 8, "points": 30, "density": "unitary"}
    region = benchmark.pedantic(positivity.region, ("g2", "g4"), arguments, rounds=1)
    assert len(region.certified) >= 30


FOUR = "g2^2,g2g3,g3^2,g2g4"


def test_one_loop_amplitude(benchmark):
    """A process that prints the amplitude to order 6."""
    command = [sys.executable, "-m", "positivity", "amplitude", "--loops", "1", "--dimension", "4", "--order", "6"]
    benchmark.pedantic(subprocess.run, (command,), {"check": True, "capture_output": True}, rounds=3)


def test_one_loop_smeared(benchmark):
    """D=4, both ends at fixed couplings."""
    arguments = {"density": "unitary", "loops": "g2^2", "fix": {"g2": "0.3U"}, "smeared": 10}
    benchmark.pedantic(positivity.bound, ("g3", "g2"), arguments, rounds=3)


@pytest.mark.parametrize("density", ["positive", pytest.param("unitary", marks=pytest.mark.slow)])
def test_one_loop_scan(benchmark, density):
    """D=5, both ends of g4 with g3 free, certified."""
    arguments = {"density": density, "loops": FOUR, "fix": {"g2": "0.3U"}, "dimension": 5, "order": 6}
    found = benchmark.pedantic(positivity.bound, ("g4", "g2"), arguments, rounds=3)
    assert found.lower.status == found.upper.status == "certified"


@pytest.mark.slow
def test_one_loop_largest_g2(benchmark):
    found = benchmark.pedantic(positivity.bound, ("g2", "U"), {"loops": FOUR, "dimension": 5, "order": 4}, rounds=1)
    assert found.upper.status == "certified"


def test_scan_of_a_hundred_points(benchmark, tmp_path):
    """Order 6, certified and recorded, on two processes that are started for it."""
    spec = {"target": "g3", "order": 6, "grid": {"g4": {"from": "0.01", "to": "0.49", "points": 100}}}
    files = iter(tmp_path / f"{k}.jsonl" for k in range(9))
    scan = benchmark.pedantic(lambda: positivity.scan(spec, next(files), jobs=2), rounds=2)
    assert scan.counts == {"certified": 100}


def test_import(benchmark):
    command = [sys.executable, "-c", "import positivity"]
    benchmark.pedantic(subprocess.run, (command,), {"check": True}, rounds=5)


def test_memory_at_order_20(benchmark):
    """Peak memory of a process that certifies order 20 (extra_info, megabytes)."""
    command = [sys.executable, "-c", "import positivity; positivity.bound('g3', order=20, digits=12)"]
    benchmark.pedantic(subprocess.run, (command,), {"check": True}, rounds=1)
    benchmark.extra_info["peak_MB"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


@pytest.mark.skipif(shutil.which("sdpb") is None, reason="sdpb is not on PATH")
@pytest.mark.parametrize("order", [8, 10, pytest.param(14, marks=pytest.mark.slow)])
def test_peer_sdpb(benchmark, tmp_path, order):
    """The field's solver, well tuned: one thread, 256 bit, even J <= 40 and J = infinity; no certificate."""
    program = ratio_program([parse_combination("g3")], parse_combination("g2"), [], order, 4).program
    source, out = tmp_path / "p.xml", tmp_path / "p.out"
    write_xml(program, [fmpq(1)], [*range(0, 41, 2), -1], source)
    options = (
        "--precision=256 --dualityGapThreshold=1e-12 --primalErrorThreshold=1e-15 --dualErrorThreshold=1e-15 "
        "--initialMatrixScalePrimal=1e3 --initialMatrixScaleDual=1e3 --maxThreads=1 --noFinalCheckpoint"
    ).split()
    command = ["sdpb", "-s", str(source), "-o", str(out), "-c", str(tmp_path / "p.ck"), *options]
    benchmark.pedantic(subprocess.run, (command,), {"check": True, "capture_output": True}, rounds=3)
    benchmark.extra_info["value"] = read_output(out)["primalObjective"][:18]
