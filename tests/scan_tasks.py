"""Cheap tasks for the tests of scans, importable by worker processes."""

import os
import signal
import time
from fractions import Fraction


def square(request):
    """The square of g4, after a moment."""
    time.sleep(0.004)
    return {"value": str(Fraction(request["fix"]["g4"]) ** 2)}


def follows(request):
    """How many points of the chain came before, from what the one before handed on."""
    seen = (request.get("contacts") or [[0, 0.0]])[0][0]
    time.sleep(0.002)
    return {"value": seen, "contacts": [[seen + 1, 0.0]]}


def disc(request):
    """Whether (g4, g6) lies in a disc about the origin of radius 3/4, as a status."""
    inside = sum(Fraction(v) ** 2 for v in request["fix"].values()) <= Fraction(9, 16)
    return {"status": "allowed" if inside else "excluded"}


def deadly(request):
    """Kills its own process at one point."""
    if Fraction(request["fix"]["g4"]) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(request)


def slow(request):
    """Long enough for a worker to be killed meanwhile."""
    time.sleep(0.1)
    return square(request)


def broken(request):
    """A bug at one point."""
    if Fraction(request["fix"]["g4"]) == 2:
        raise ZeroDivisionError("nothing to divide by")
    return square(request)


def sleepy(request):
    """Longer than anyone waits."""
    time.sleep(60)
    return square(request)


def bulky(request):
    """A row of 20 kB."""
    return {"value": "7" * 20_000}
