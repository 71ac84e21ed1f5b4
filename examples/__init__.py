"""Notebooks as scripts in percent format; EFT_POSITIVITY_QUICK=1 makes them coarse."""
