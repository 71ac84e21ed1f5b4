"""Fixtures of more than one file of tests."""

import pytest

import positivity
from tests.scan_helpers import BOUNDS


@pytest.fixture(scope="session")
def scanned(tmp_path_factory):
    """A small scan and its file; tests only read it."""
    path = tmp_path_factory.mktemp("scan") / "scan.jsonl"
    return positivity.scan(BOUNDS, path), path
