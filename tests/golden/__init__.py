"""Answers over all routes, kept: what was certified stays certified and agrees to its digits (tests/data/golden.json)."""
