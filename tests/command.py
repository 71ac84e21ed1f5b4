"""A command of positivity in this process."""

from positivity.cli.main import main


def run(capsys, *arguments):
    """Exit code, stdout and stderr of `positivity *arguments`."""
    try:
        code = main(list(arguments))
    except SystemExit as stop:
        code = stop.code
    captured = capsys.readouterr()
    return code, captured.out, captured.err
