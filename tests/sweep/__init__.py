"""A sweep of random questions: every answer is checked against every other that must agree with it.

python -m tests.sweep --count 1000 --seed 1 --output sweep.jsonl
"""
