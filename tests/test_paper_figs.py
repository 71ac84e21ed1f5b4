"""Figures for papers: reproducible to the byte, with data, provenance and a caption."""

import json
from pathlib import Path

import matplotlib
import matplotlib.figure
import numpy as np
import pytest

import positivity
from paper_figs import shared
from paper_figs.__main__ import FIGURES, GROUP_OF, GROUPS, expand, main
from paper_figs.chvd_couplings import _rounded
from positivity.answers.plotting import COLOURS, DOUBLE, SINGLE, Curve, plot_curves
from solvers.verify import Refused


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_tree_level_twice(tmp_path, capsys):
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        assert main(["tree_level", "--quick", "--output", str(folder)]) == 0
    first, second = (contents(folder / "chvd") for folder in folders)
    assert first == second, "byte-identical"
    assert set(first) == {f"tree_level_region.{suffix}" for suffix in ("pdf", "png", "json", "txt")}
    caption = first["tree_level_region.txt"].decode()
    for part in ("D=4", "tree level", "rho_J >= 0", "masses >= M=1", "certified", "--quick"):
        assert part in caption
    data = json.loads(first["tree_level_region.json"])
    assert data["provenance"]["made_by"] == "python -m paper_figs tree_level --quick"
    assert {"numpy", "highspy"} <= set(data["provenance"]["versions"])
    # no known theory is cut off, and the data are proved again by the verifier, the table of bounds too
    ends = [end for bound in data["table"] for end in (bound["lower"], bound["upper"])]
    certified = [end for end in ends if end["status"] == "certified"]
    assert len(positivity.verify(data)) == len(data["half_planes"]) + len(certified)
    for theory in data["theories"]:
        for plane in positivity.Region.from_dict(data).certified:
            a, b, h = plane.line
            assert a * theory["x"] + b * theory["y"] <= h + 1e-9
    # no Type 3 fonts, which journals refuse
    assert b"/Type3" not in first["tree_level_region.pdf"] and b"/FontFile2" in first["tree_level_region.pdf"]


@pytest.mark.slow
def test_regions_of_chvd_contain_the_known_theories_and_shrink_with_the_order(tmp_path):
    assert main(["chvd_regions", "--quick", "--output", str(tmp_path)]) == 0
    names = {path.stem for path in (tmp_path / "chvd").glob("*.json")}
    assert names == {"chvd_g3_g4", "chvd_g3_g5", "chvd_g4_g5", "chvd_g5_g6", "chvd_g6_g6p"}
    for path in (tmp_path / "chvd").glob("*.json"):
        data = json.loads(path.read_text())
        assert set(data.pop("provenance")["status"]) == {"certified"}
        low, high = (positivity.Region.from_dict(region) for region in data.values())
        places = [*high.touching, *((theory.x, theory.y) for theory in high.theories), *high.inner]
        for a, b, h in (plane.line for region in (low, high) for plane in region.certified):
            # what a spectrum or a theory reaches at the higher order, no valid bound of either order cuts off
            assert max(a * x + b * y - h for x, y in places) < 1e-6 * (abs(a) + abs(b)), path.stem


def test_labels_are_bounds_too():
    for value, outwards, label in (
        (-10.0313, -1, -10.032),
        (-4.0959791, -1, -4.096),
        (3.000000004, 1, 3.0),
        (0.0625, 1, 0.063),
    ):
        assert _rounded(value, outwards) == pytest.approx(label, abs=1e-12)


def test_in_another_process(tmp_path):
    """--jobs gives the same bytes."""
    for folder, jobs in (("a", "1"), ("b", "2")):
        assert main(["chvd_extremal", "--quick", "--jobs", jobs, "--output", str(tmp_path / folder)]) == 0
    assert contents(tmp_path / "a" / "chvd") == contents(tmp_path / "b" / "chvd")


def test_the_data_of_a_figure_are_proved_again(tmp_path):
    """Several results in one file: every certified one is checked, numerical ones are passed over."""
    output = shared.Output(tmp_path, "name")
    certified = positivity.bound("g3", order=4).to_dict()
    numerical = {**certified, "lower": {"value": "-1", "status": "numerical", "reason": "", "certificate": None}}
    numerical["upper"] = numerical["lower"]
    output.save("f", {"orders": [certified], "other": numerical}, "A figure.", "D=4")
    assert len(positivity.verify(tmp_path / "f.json")) == 2
    stronger = {**certified, "lower": {**certified["lower"], "value": "-9"}}
    output.save("f", {"orders": [certified, stronger]}, "A figure.", "D=4")
    with pytest.raises(Refused, match="stronger"):
        positivity.verify(tmp_path / "f.json")
    output.save("f", {"orders": [numerical]}, "A figure.", "D=4")
    with pytest.raises(Refused, match="nothing in this figure"):
        positivity.verify(tmp_path / "f.json")


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_twice(name, tmp_path):
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        assert main([name, "--quick", "--output", str(folder)]) == 0
    first = contents(folders[0] / GROUP_OF[name])
    assert first == contents(folders[1] / GROUP_OF[name])
    for figure in (key[:-4] for key in first if key.endswith(".pdf")):
        assert {f"{figure}.png", f"{figure}.json", f"{figure}.txt"} <= set(first)
        assert "Scope: " in first[f"{figure}.txt"].decode()


def test_list_and_bad_names(capsys):
    assert main(["list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert set(FIGURES) <= {line.strip().split(":")[0] for line in listed}
    assert [line.split("/")[0] for line in listed if not line.startswith(" ")] == list(GROUPS)
    assert set(GROUPS) == {"chvd", "loop_paper", "weak_gravity_paper", "cmrs"}
    for arguments in (["nothing"], [], ["tree_level", "--all"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2


def test_groups_stand_for_their_scripts():
    assert expand(["cmrs", "tree_level", "chvd"]) == ["gravity", *GROUPS["chvd"][1]]
    scripts = {path.stem for path in Path(shared.__file__).parent.glob("*.py")} - {"__init__", "__main__", "shared"}
    assert set(FIGURES) == scripts, "every script is in one group"


def test_statuses_are_counted_and_times_removed():
    data = {"ends": [{"status": "numerical", "value": "1"}, {"status": "certified", "value": "2"}], "seconds": 3}
    assert sorted(shared.statuses(data)) == ["certified", "numerical"]
    assert shared.without_times(data)["seconds"] == 0.0


def test_an_uncertified_end_shows_in_the_caption(tmp_path):
    output = shared.Output(tmp_path, "name")
    output.save("f", {"end": {"status": "numerical", "value": "1"}}, "A figure.", "D=4")
    assert "1 numerical (not proved)" in (tmp_path / "f.txt").read_text()


def test_style(tmp_path):
    seen = {}

    def spy(figure, *_, **__):
        seen.update(width=figure.get_figwidth(), fonts=matplotlib.rcParams["pdf.fonttype"],
                    colours=matplotlib.rcParams["axes.prop_cycle"].by_key()["color"])  # fmt: skip

    curve = Curve("line", np.array([[0.0, 0.0], [1.0, 1.0]]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matplotlib.figure.Figure, "savefig", spy)
        plot_curves([curve], ("x", "y"), "title", tmp_path / "f.pdf")
    assert seen["width"] == SINGLE < DOUBLE and seen["fonts"] == 42
    assert tuple(f"#{colour.lstrip('#')}" for colour in seen["colours"]) == COLOURS
