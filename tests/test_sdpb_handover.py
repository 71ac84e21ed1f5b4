"""Programs handed to SDPB and its answers taken back."""

import json
import shutil
import subprocess

import pytest
from flint import fmpq

import positivity
from positivity.bounds.sdpb import Handover, export_sdpb, import_sdpb, spin_list
from positivity.programs.build import ratio_program
from positivity.questions.couplings import parse_combination
from solvers.program import value_at
from solvers.sdpb import read_answer, read_output
from tests.command import run
from tests.test_bounds import LADDER

SDPB = shutil.which("sdpb")
OPTIONS = (
    "--dualityGapThreshold=1e-14 --primalErrorThreshold=1e-30 --dualErrorThreshold=1e-30 "
    "--initialMatrixScalePrimal=1e3 --initialMatrixScaleDual=1e3 --maxThreads=1 --noFinalCheckpoint"
).split()
needs_sdpb = pytest.mark.skipif(SDPB is None, reason="sdpb is not on PATH")


def solve(source, out, precision=256):
    command = ["sdpb", "-s", source, "-o", out, "-c", f"{out}.ck", f"--precision={precision}", *OPTIONS]
    subprocess.run([str(part) for part in command], check=True, capture_output=True, timeout=300)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """min g3/g2 at order 8 by Debian's sdpb."""
    if SDPB is None:
        pytest.skip("sdpb is not on PATH")
    folder = tmp_path_factory.mktemp("sdpb")
    export_sdpb(folder / "p.xml", order=8, spins=spin_list(60), form="xml")
    solve(folder / "p.xml", folder / "p.out")
    return folder


def exact(text):
    mantissa, _, exponent = text.partition("e")
    whole, _, digits = mantissa.partition(".")
    return fmpq(int(whole + digits)) * fmpq(10) ** (int(exponent or 0) - len(digits))


def test_json_is_what_sdpb_reads_and_the_functional_it_means(tmp_path):
    """Every block at z is the functional at x = 1/(1+z), up to one positive factor for all rows."""
    export_sdpb(tmp_path / "p.json", "g3+2*g4", order=7, dimension=5, fix={"g4": "0.3"}, spins=[0, 2, 4, 10, -1])
    data = json.loads((tmp_path / "p.json").read_text(), parse_float=lambda text: pytest.fail("a JSON float"))
    assert set(data) == {"objective", "normalization", "PositiveMatrixWithPrefactorArray"}
    program = ratio_program(
        [parse_combination("g3+2*g4")], parse_combination("g2"), [(parse_combination("g4"), fmpq(3, 10))], 7, 5
    ).program
    rows = [program.targets[0], *program.free]
    assert data["objective"] == ["0", "-1"] + ["0"] * (len(rows) - 2)
    assert data["normalization"] == ["1"] + ["0"] * (len(rows) - 1)
    blocks = data["PositiveMatrixWithPrefactorArray"]
    assert len(blocks) == 5
    for spin, block in zip((0, 2, 4, 10), blocks, strict=False):
        assert set(block) == {"polynomials"}
        (column,) = block["polynomials"]
        (polynomials,) = column
        assert len(polynomials) == len(rows)
        for z in (fmpq(0), fmpq(1, 3), fmpq(5)):
            x, casimir = 1 / (1 + z), spin * (spin + 2)
            values = [sum(exact(c) * z**k for k, c in enumerate(p)) for p in polynomials]
            wanted = [value_at(row, x, casimir) for row in rows]
            factor = next(v / w for v, w in zip(values, wanted, strict=True) if w != 0)
            assert factor > 0
            for value, want in zip(values, wanted, strict=True):
                assert abs(value - factor * want) < fmpq(1, 10**80)
    assert all("/" not in c for block in blocks for p in block["polynomials"][0][0] for c in p)


def test_the_problem_file_remembers_what_was_asked(tmp_path):
    sidecar = export_sdpb(tmp_path / "p.json", "g4", side="upper", order=6, dimension=6, fix={"g3": "-2"})
    handover = Handover.from_dict(json.loads(sidecar.read_text()))
    assert handover.side == "upper" and handover.problem.fix == (("g3", "-2"),) and handover.problem.dimension == 6
    assert handover.spins == spin_list(60) and handover.spins[-1] == -1


def test_spin_lists():
    assert spin_list(6) == (0, 2, 4, 6, -1)
    long = spin_list(20, 5000)
    assert long[:11] == tuple(range(0, 21, 2)) and long[-1] == -1 and long[-2] >= 5000
    assert all(spin % 2 == 0 for spin in long[:-1]) and len(long) < 250


@needs_sdpb
@pytest.mark.integration
def test_export_solve_import_certify(solved):
    answer = read_output(solved / "p.out")
    assert answer["terminateReason"] == "found primal-dual optimal solution"
    bound = import_sdpb(solved / "p.out")
    assert bound.lower.status == "certified", bound.lower.reason
    assert abs(float(bound.lower.text) - float(answer["primalObjective"])) < 1e-10
    assert abs(float(bound.lower.text) - float(LADDER[8])) < 1e-10
    assert float(bound.lower.text) <= float(LADDER[8])
    ours = positivity.bound("g3", order=8, digits=12).lower
    assert abs(float(bound.lower.text) - float(ours.value)) < 1e-10
    assert positivity.verify(json.loads(json.dumps(bound.to_dict())))
    assert bound.upper.status == "not sought" and "not asked" in bound.upper.reason


@needs_sdpb
@pytest.mark.integration
def test_upper_end_at_fixed_ratio_in_five_dimensions(tmp_path):
    arguments = {"order": 6, "dimension": 5, "fix": {"g4": "0.2"}}
    export_sdpb(tmp_path / "q.xml", side="upper", form="xml", spins=spin_list(40), **arguments)
    solve(tmp_path / "q.xml", tmp_path / "q.out")
    bound = import_sdpb(tmp_path / "q.out")
    assert bound.upper.status == "certified", bound.upper.reason
    assert abs(float(bound.upper.text) - (18 * 0.2) ** 0.5) < 1e-7
    ours = positivity.bound("g3", **arguments).upper
    assert abs(float(bound.upper.text) - float(ours.value)) < 1e-6


@needs_sdpb
@pytest.mark.integration
def test_too_few_spins_are_not_certified_as_they_are(tmp_path):
    """J = 0, 2 and infinity alone give a value too strong; the import must not print it as certified."""
    export_sdpb(tmp_path / "p.xml", order=6, spins=[0, 2, -1], form="xml")
    solve(tmp_path / "p.xml", tmp_path / "p.out")
    bound = import_sdpb(tmp_path / "p.out")
    strong = float(read_output(tmp_path / "p.out")["primalObjective"])
    assert strong > float(LADDER[6]) + 1e-3
    assert (bound.lower.status == "numerical" and "spins" in bound.lower.reason) or float(bound.lower.text) <= float(
        LADDER[6]
    )


@needs_sdpb
@pytest.mark.integration
@pytest.mark.parametrize("name", ["y", "z"])
def test_the_output_folder_of_sdpb_3(solved, tmp_path, name):
    """The same numbers in the files that SDPB >= 3 writes."""
    multipliers, _ = read_answer(solved / "p.out")
    values = multipliers if name == "y" else (fmpq(1), *multipliers)
    out = tmp_path / "out"
    out.mkdir()
    lines = [f"{len(values)} 1", *(f"{int((v * 10**60).round())}e-60" for v in values)]
    (out / f"{name}.txt").write_text("\n".join(lines) + "\n")
    (out / "out.txt").write_text('terminateReason = "found primal-dual optimal solution";\nprimalObjective = 1;\n')
    shutil.copy(solved / "p.problem.json", tmp_path / "p.problem.json")
    bound = import_sdpb(out)
    assert bound.lower.status == "certified"
    assert abs(float(bound.lower.text) - float(LADDER[8])) < 1e-10


def test_answers_that_cannot_be_used(tmp_path):
    sidecar = export_sdpb(tmp_path / "p.json", order=5)
    out = tmp_path / "out"
    out.mkdir()
    for text, fragment in (("3 1\n1\n2\n", "cut short"), ("2 1\n1\n2\n", "do not belong"), ("x", "not a column")):
        (out / "y.txt").write_text(text)
        with pytest.raises(positivity.InputError, match=fragment):
            import_sdpb(out)
    (out / "y.txt").unlink()
    with pytest.raises(positivity.InputError, match="writeSolution"):
        import_sdpb(out)
    with pytest.raises(positivity.InputError, match="cannot read"):
        import_sdpb(tmp_path / "nothing.out", sidecar)
    sidecar.write_text("{}")
    with pytest.raises(positivity.InputError, match="damaged"):
        import_sdpb(out, sidecar)
    with pytest.raises(positivity.InputError, match=r"no .*problem\.json"):
        import_sdpb(tmp_path / "elsewhere" / "p.out")


def test_a_functional_that_is_none_is_not_certified(tmp_path):
    export_sdpb(tmp_path / "p.json", order=5)
    out = tmp_path / "out"
    out.mkdir()
    (out / "y.txt").write_text("3 1\n5\n0\n0\n")
    bound = import_sdpb(out)
    assert bound.lower.status == "numerical" and "refused" in bound.lower.reason


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"form": "yaml"}, "format"),
        ({"side": "left"}, "side"),
        ({"digits": 5}, "digits"),
        ({"coupling": "g9", "order": 8}, "order 8 is below 9"),
        ({"over": "g3"}, "positive"),
        ({"path": "/no/such/folder/p.json"}, "cannot write"),
    ],
)
def test_bad_exports(tmp_path, arguments, fragment):
    with pytest.raises(positivity.InputError, match=fragment):
        export_sdpb(**{"path": tmp_path / "p.json", **arguments})
    with pytest.raises(positivity.InputError, match="spins"):
        spin_list(0)


def test_command_line(capsys, tmp_path):
    target = str(tmp_path / "pmp.json")
    code, out, _ = run(capsys, "export", "sdpb", "--order", "6", "--spins", "20", "-o", target)
    assert code == 0 and "pmp.problem.json" in out
    for command in ("export", "import"):
        code, out, _ = run(capsys, command, "--help")
        assert code == 0 and f"example: positivity {command}" in out and out.count("\n") <= 40
    for bad in (["export", "sdpb"], ["export", "csdp", "-o", target], ["import", "sdpb", "/no/such/out"]):
        code, out, err = run(capsys, *bad)
        assert code == 2 and out == "" and err.count("\n") == 1


@needs_sdpb
@pytest.mark.integration
def test_import_on_the_command_line(capsys, solved, tmp_path):
    certificate = tmp_path / "c.json"
    code, out, _ = run(capsys, "import", "sdpb", str(solved / "p.out"), "--certificate", str(certificate), "--json")
    assert code == 0 and json.loads(out)["lower"]["status"] == "certified"
    code, out, _ = run(capsys, "verify", str(certificate))
    assert code == 0 and "PROVED" in out
