"""Versions of the software a result depends on."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def versions() -> dict[str, str]:
    """Versions of the packages a result depends on."""
    found = {}
    for name in ("eft-positivity", "python-flint", "highspy", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
