"""One short script per figure: python -m paper_figs NAME."""
