"""Verification is bounded: hostile certificates are refused within seconds, genuine ones need far less."""

import json
import os
import random
import resource
import time

import pytest
from flint import fmpq

from positivity.certificates.verification import verify
from positivity.cli.main import main
from solvers.verify import time_limit, verify_data
from solvers.verify.budget import TooCostly
from solvers.verify.document import SCHEMA, Refused, Unreadable
from solvers.verify.gravity import infrared as gravity_infrared
from solvers.verify.rows import infrared
from solvers.verify.smearing import Smeared
from tests.documents import documents


def forward(rules, split=8, **more):
    """A certificate whose claim is right, so that the expensive part is reached."""
    claim = {}
    for (j, power), value in rules.items():
        for c, factor in infrared(j, power).items():
            claim[c] = claim.get(c, fmpq(0)) + value * factor
    return {
        "schema": SCHEMA, "dimension": 4, "density": "positive", "spin_split": split,
        "claim": [{"coupling": list(c), "coefficient": str(v)} for c, v in claim.items()],
        "sum_rules": [{"k": 2 * j, "power": r, "coefficient": str(v)} for (j, r), v in rules.items()], **more,
    }  # fmt: skip


def all_rules(order, value):
    return {(j, n - 2 * j): value() for n in range(2, order + 1) for j in range(1, n // 2 + 1)}


def long_rational(rng, digits):
    return fmpq(rng.randrange(10 ** (digits - 1), 10**digits), 10 ** (digits - 1) + 2 * rng.randrange(10**8) + 1)


def near_the_pole():
    data = documents()["cutoff"]
    ends = [*data["breaks"][:-1], str(1 - fmpq(1, 10**24))]
    return {**data, "breaks": ends}


def smeared(spin):
    terms = {fmpq(2): fmpq(3), fmpq(3): fmpq(-4), fmpq(4): fmpq(1)}
    claim = {name: str(value) for name, value in gravity_infrared(Smeared(6, terms)).items()}
    functions = [{"power": str(n), "coefficient": str(a)} for n, a in terms.items()]
    return {"schema": "eft-positivity/gravity-certificate/1", "dimension": 6, "density": "positive", "claim": claim,
            "functions": functions, "spin_split": spin, "xi_split": "400", "x_split": "1/2", "parts": 6}  # fmt: skip


UNITARY = {"density": "unitary", "bound": "1", "assumptions": {"ceiling": "2"}}
RNG = random.Random(1)
HOSTILE = {
    "breaks at 1 - 1e-24": near_the_pole,
    "a large spin_split": lambda: forward(all_rules(12, lambda: fmpq(1)), 200_000),
    "a large spin_split of an integral": lambda: forward({(1, 0): fmpq(1), (2, 4): fmpq(-1)}, 200_000, **UNITARY),
    "a large last spin": lambda: forward(
        {(1, 0): fmpq(1), (2, 4): fmpq(-1)}, **UNITARY | {"assumptions": {"ceiling": "2", "last_spin": 200_000}}
    ),
    "order 80": lambda: forward(all_rules(80, lambda: fmpq(RNG.randrange(-9, 10))), 60),
    "order 80 and spins": lambda: forward(all_rules(80, lambda: fmpq(1)), 2000),
    "rationals of 18,000 digits": lambda: forward(
        {(1, r): long_rational(RNG, 6000) for r in range(3)} | {(4, 9): long_rational(RNG, 18_000)}, 400
    ),
    "rationals of 18,000 digits in an integral": lambda: forward(
        {(1, 0): long_rational(RNG, 9000), (3, 20): long_rational(RNG, 9000)}, 600, **UNITARY
    ),
    "last_spin 4000": lambda: {**documents()["cutoff"], "last_spin": 4000},
    "many nodes": lambda: {
        **documents()["cutoff"],
        "nodes": [str(fmpq(k, 4000)) for k in range(1, 4001)],
        "last_spin": 1000,
    },
    "a spectrum of long numbers": lambda: {
        **documents()["allowed"],
        "order": 40,
        "spectrum": [
            {"spin": 0, "mass_squared": f"1.{'3' * 300}{k}", "weight": "1/" + "7" * 300, "limit": False}
            for k in range(40)
        ],
    },
    "gravity with 2000 spins": lambda: smeared(2000),
    "dimension 1000": lambda: forward({(1, 0): fmpq(1), (2, 30): fmpq(-1)}, 600, **UNITARY, dimension=1000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_certificates_are_refused_in_time(name):
    data = json.loads(json.dumps(HOSTILE[name]()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.thread_time()
    with pytest.raises(Refused) as found:
        verify(data)
    assert time.thread_time() - started < 10, found.value
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000
    if isinstance(found.value, TooCostly):
        assert "limit of" in str(found.value) and "raise the time limit" in str(found.value)


def test_a_spectrum_of_long_numbers_is_refused_by_its_estimate():
    """It takes about 1 s; the estimate was six times lower and let it begin."""
    with pytest.raises(TooCostly, match="the proof needs about"):
        states = HOSTILE["a spectrum of long numbers"]()["spectrum"]
        verify({**documents()["allowed"], "order": 12, "spectrum": states}, seconds=0.5)


@pytest.mark.parametrize("name", ["bound", "held", "cover", "strength", "region", "loop region", "excluded", "unitary"])
def test_genuine_certificates_stay_below_a_tenth(name):
    seconds = 3.0 if name == "unitary" else 1.0
    data = documents()[name]
    count = json.dumps(data).count('"spin_split"')
    started = time.thread_time()
    assert verify(data)
    assert time.thread_time() - started < seconds * count
    assert verify(data, seconds=seconds)


def test_the_limit_can_be_set(tmp_path, capsys):
    data = documents()["unitary certificate"]
    with pytest.raises(TooCostly, match="time limit of"):
        verify(data, seconds=0.001)
    with time_limit(0.001), pytest.raises(TooCostly):
        verify_data(data)
    path = tmp_path / "c.json"
    path.write_text(json.dumps(data))
    assert main(["verify", str(path), "--time-limit", "0.001"]) == 1
    assert "--time-limit" in capsys.readouterr().out
    assert main(["verify", str(path), "--time-limit", "60"]) == 0
    assert main(["verify", str(path), "--time-limit", "0"]) == 2


def test_only_regular_files_are_read(tmp_path):
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    for name in (pipe, tmp_path, "/dev/zero", tmp_path / "none.json", tmp_path / "pipe.jsonl"):
        with pytest.raises(Unreadable):
            verify(name)
        assert main(["verify", str(name)]) == 2


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", '"x"', "null", '{"a": 1, "a": 2}', "[" * 50_000, '{"schema": ["x"]}', '{"bounds": 3}',
     '{"provenance": 3}', '{"schema": "eft-positivity/bound/1"}', '{"schema": "eft-positivity/cover/1"}',
     '{"schema": "eft-positivity/scan/1"}', '{"schema": "eft-positivity/strength/1", "slices": {}}',
     '{"schema": "eft-positivity/check/1", "dimension": 1e400}', '{"schema": "eft-positivity/region/1", "x": 1}',
     '{"schema": "eft-positivity/exclusion/1", "low": "1"}', '{"schema": "eft-positivity/gravity/1", "status": []}',
     '{"schema": "eft-positivity/cutoff/1"}', '{"schema": "eft-positivity/nulls/9"}', "\x00", "\ufeff{}",
     '{"schema": "eft-positivity/loop-region/1", "status": "certified", "problem": {}}', '{"a": ' + "9" * 5000 + "}"],
)  # fmt: skip
def test_malformed_documents_have_one_line(text, tmp_path, capsys):
    for name in ("d.json", "d.jsonl"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert main(["verify", str(path)]) in (1, 2)
        output = capsys.readouterr()
        assert len((output.out + output.err).splitlines()) == 1, output
