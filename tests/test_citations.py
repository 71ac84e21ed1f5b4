"""positivity cite: the right papers for a result, well-formed BibTeX."""

import json
import re
from pathlib import Path

import pytest

import positivity
from positivity.answers.citations import ENTRIES, cite, keys_for
from positivity.cli.main import main


def keys(text):
    return set(re.findall(r"^@\w+\{([^,]+),$", text, re.M))


def test_everything_is_well_formed():
    text = cite()
    assert keys(text) == set(ENTRIES) and text.count("{") == text.count("}")
    for number in ("2011.02957", "2102.08951", "2501.09717", "2502.10375", "1502.02033"):
        assert f"eprint = {{{number}}}" in text
    for entry in ENTRIES.values():
        assert {"author", "title"} <= {name for name, _ in entry.fields}


def test_what_a_bound_used(tmp_path, capsys):
    bound = positivity.bound("g3", order=4)
    assert keys(cite(bound)) == {"eft-positivity", "Caron-Huot:2020cmc", "HiGHS", "Arb", "FLINT"}
    path = tmp_path / "b.json"
    path.write_text(json.dumps(bound.to_dict()))
    assert main(["cite", str(path)]) == 0
    assert capsys.readouterr().out == cite(bound)
    assert main(["cite", str(path), "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == keys(cite(bound))
    assert keys(cite(bound.lower.certificate)) == {"eft-positivity", "Caron-Huot:2020cmc", "FLINT"}


@pytest.mark.parametrize(
    ("problem", "method", "expected"),
    [
        ({"loops": "g2^2"}, "lp", {"Peng:2025loop", "HiGHS", "Arb"}),
        ({"density": "unitary", "smeared": 8}, "cells", {"Caron-Huot:2021rmr", "HiGHS", "Arb"}),
        ({}, "sdp", {"Clarabel"}),
        ({}, "sdpa", {"SDPA"}),
        ({}, "sdpb", {"Simmons-Duffin:2015qma"}),
    ],
)
def test_methods(problem, method, expected):
    data = {"schema": "eft-positivity/bound/1", "problem": problem, "method": method}
    assert keys(cite(data)) == expected | {"eft-positivity", "Caron-Huot:2020cmc", "FLINT"}


def test_scans_and_gravity(tmp_path):
    path = tmp_path / "s.jsonl"
    spec = {"target": "g3", "order": 4, "grid": {"g4": {"values": [0.1]}}}
    scan = positivity.scan(spec, path)
    expected = {"eft-positivity", "Caron-Huot:2020cmc", "HiGHS", "Arb", "FLINT"}
    assert keys(cite(str(path))) == keys(cite(scan)) == expected
    assert "Tokareva:2025gravity" in keys(cite({"schema": "eft-positivity/cutoff/1"}))


def test_every_schema_of_the_package_is_known():
    """Whatever a command or method writes can be cited, gravity and cutoff with their papers."""
    sources = "".join(path.read_text() for path in Path(positivity.__file__).parent.rglob("*.py"))
    schemas = set(re.findall(r"eft-positivity/[a-z-]+/\d", sources))
    assert len(schemas) >= 8
    assert "Peng:2025loop" in keys_for({"schema": "eft-positivity/exclusion/1"})
    for schema in schemas:
        found = set(keys_for({"schema": schema}))
        gravity = "gravity" in schema or "cutoff" in schema
        assert {"Caron-Huot:2021rmr", "Tokareva:2025gravity"} <= found or not gravity, schema


def test_files_of_the_commands_gravity_and_cutoff(tmp_path, capsys):
    path = tmp_path / "c.json"
    assert main(["cutoff", "--analytic", "--mu", "1", "--g4", "59.45", "-o", str(path)]) == 0
    capsys.readouterr()
    assert {"Tokareva:2025gravity", "Caron-Huot:2020cmc"} <= keys(cite(str(path)))
    several = {"bounds": [{"schema": "eft-positivity/gravity/1"}, {"schema": "eft-positivity/cutoff/1"}]}
    assert {"Caron-Huot:2021rmr", "HiGHS"} <= keys(cite(several))
    looped = {"scan": [{"schema": "eft-positivity/cutoff/1", "problem": {"loops": "g2^2"}}]}
    assert "Peng:2025loop" in keys(cite(looped))


@pytest.mark.parametrize("wrong", [{"schema": "other"}, {}, 3, "/no/such/file.json"])
def test_no_result(wrong):
    with pytest.raises(positivity.InputError):
        cite(wrong)
