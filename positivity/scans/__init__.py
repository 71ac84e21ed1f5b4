"""Scans: one answer per point of a grid of couplings, resumable, on any executor.

spec: what is scanned.  axes: exact grids.  plan: points, chains of neighbours, bisection of
boundaries.  tasks: one point.  records: the file.  runner: the loop.  executors: processes.
table: export.
"""
