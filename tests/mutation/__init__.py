"""Mutation tests of the verifier: break one place of solvers/verify at a time and see that a check notices."""
