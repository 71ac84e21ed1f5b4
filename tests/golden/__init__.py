"""Answers over all routes, kept: what was certified stays so and agrees to its digits (tests/data/golden.json)."""
