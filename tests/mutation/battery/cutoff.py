"""Placeholder."""

from tests.mutation.battery.common import Check

CHECKS: list[Check] = []
