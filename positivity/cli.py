"""The command line: positivity nulls | bound | region | verify."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from positivity import __version__
from positivity.errors import InputError

_OK, _NOT_PROVED, _BAD_INPUT, _INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 1 not proved, 2 bad input, 130 interrupted)."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except InputError as error:
        print(f"positivity: {error}", file=sys.stderr)
        return _BAD_INPUT
    except KeyboardInterrupt:
        print("positivity: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _OK


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(_BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="positivity",
        description="Certified positivity bounds on the massless shift-symmetric scalar EFT (units M = 1).",
        epilog="example: positivity bound g3 --over g2 --order 8",
    )
    parser.add_argument("--version", action="version", version=f"eft-positivity {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_nulls, _add_bound, _add_region, _add_verify):
        add(commands)
    return parser


def _command(commands: Any, name: str, text: str, example: str, run: Callable[[Any], int]) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, epilog=f"example: {example}"
    )
    command.set_defaults(run=run)
    return command


def _add_scope(command: argparse.ArgumentParser) -> None:
    command.add_argument("--order", type=_integer, default=8, metavar="N", help="highest Mandelstam order (default 8)")
    command.add_argument("--dimension", type=_integer, default=4, metavar="D", help="space-time dimension (default 4)")


def _add_problem(command: argparse.ArgumentParser) -> None:
    command.add_argument("--over", help="normalisation (default g2; unitary: 1, U or a fixed coupling)")
    _add_scope(command)
    command.add_argument(
        "--fix", action="append", default=[], metavar="g4=0.3", help="hold a ratio, or g2=0.3U if unitary"
    )
    command.add_argument("--density", default="positive", help="positive (rho_J >= 0, default) or unitary (<= 2)")
    command.add_argument("--ceiling", metavar="R", help="unitary: 0 <= rho_J <= R instead of 2 (maximal elasticity)")
    command.add_argument("--last-spin", type=_integer, metavar="J", help="unitary: no states above this spin")
    command.add_argument("--gap", action="append", default=[], metavar="J:m2", help="unitary: no spin J below m^2")
    command.add_argument("--loops", default="tree", help="tree (default)")


def _add_nulls(commands: Any) -> None:
    command = _command(
        commands, "nulls", "Print the sum rules and null constraints, exact.",
        "positivity nulls --order 6 --dimension 4", _nulls,
    )  # fmt: skip
    _add_scope(command)
    form = command.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="as LaTeX")
    form.add_argument("--json", action="store_true", help="as JSON")


def _add_bound(commands: Any) -> None:
    command = _command(
        commands, "bound", "Bound a ratio of couplings from both sides, certified.",
        "positivity bound g3 --over g2 --order 10 --fix g4=0.3 --certificate g3.json", _bound,
    )  # fmt: skip
    command.add_argument("coupling", help="g3, g6', g[0,2] or a sum like g3+2*g4")
    _add_problem(command)
    command.add_argument("--digits", type=_integer, default=8, metavar="K", help="decimals aimed at (default 8)")
    command.add_argument("--method", default="lp", help="lp (default), sdp (Clarabel) or sdpa (SDPA-GMP)")
    command.add_argument("--smeared", type=_integer, default=0, metavar="K", help="unitary: K smeared nulls, numerical")
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.add_argument("--certificate", metavar="FILE", help="save it; that of a second end goes to FILE-upper")
    command.add_argument("--output", "-o", metavar="FILE", help="save the whole result as JSON")
    command.add_argument("--explain", nargs="?", const="explain.pdf", metavar="FILE",
                         help="show functional and spectrum; figure in FILE (default explain.pdf)")  # fmt: skip


def _add_region(commands: Any) -> None:
    command = _command(
        commands, "region", "Trace the allowed region of two ratios as certified half-planes.",
        "positivity region g3 g4 --over g2 --order 8 -o region.pdf", _region,
    )  # fmt: skip
    command.add_argument("x", help="coupling on the horizontal axis")
    command.add_argument("y", help="coupling on the vertical axis")
    _add_problem(command)
    command.add_argument("--points", type=_integer, default=60, metavar="K", help="half-planes (default 60)")
    command.add_argument("--digits", type=_integer, default=8, metavar="K", help="decimals aimed at (default 8)")
    command.add_argument("--output", "-o", metavar="FILE", help="figure, saved as PDF and PNG")
    command.add_argument("--json", metavar="FILE", help="data (default: beside the figure)")
    command.add_argument("--resume", action="store_true", help="go on from the data file of an interrupted run")


def _add_verify(commands: Any) -> None:
    command = _command(
        commands, "verify", "Prove a certificate, or all those of a saved bound or region (exit 1: refused).",
        "positivity verify g3.json", _verify,
    )  # fmt: skip
    command.add_argument("file", help="certificate, bound or region in JSON")


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an integer") from None


def _nulls(options: Any) -> int:
    from positivity.dispersion import listing

    form = "latex" if options.latex else "json" if options.json else "text"
    print(listing.render(options.order, options.dimension, form))
    return _OK


def _bound(options: Any) -> int:
    from positivity.bounds import bound

    for name in (options.certificate, options.output, options.explain):
        _check_writable(name)
    result = bound(
        options.coupling, options.over, order=options.order, dimension=options.dimension, fix=_fixes(options.fix),
        digits=options.digits, density=options.density, loops=options.loops, method=options.method,
        assumptions=_assumptions(options), smeared=options.smeared,
    )  # fmt: skip
    if options.json:
        print(json.dumps(result.to_dict(), indent=1))
    else:
        print(result)
    if options.output:
        _write(options.output, result.to_dict())
    if options.certificate:
        _write_certificates(options.certificate, result)
    if options.explain:
        from positivity.explanation import explain

        print(explain(result, options.explain), file=sys.stderr if options.json else sys.stdout)
    done = all(end.status in ("certified", "unbounded") for _, end in result.ends())
    return _OK if done else _NOT_PROVED


def _write_certificates(name: str, result: Any) -> None:
    target = Path(name)
    for side, end in result.ends():
        if end.certificate is not None:
            _write(target, dict(end.certificate))
            print(f"certificate of the {side} end: {target}", file=sys.stderr)
            target = target.with_name(f"{target.stem}-upper{target.suffix}")


def _region(options: Any) -> int:
    from positivity.regions import Region, region

    data = options.json or (str(Path(options.output).with_suffix(".json")) if options.output else None)
    for name in (options.output, data):
        _check_writable(name)
    if options.output and Path(options.output).suffix not in (".pdf", ".png"):
        raise InputError(f"figure {options.output!r}: use a name ending in .pdf or .png")
    if options.resume and not data:
        raise InputError("--resume needs --json FILE or -o FILE, the data of the interrupted run")
    earlier = Region.from_dict(_read(data)) if options.resume and data and Path(data).exists() else None
    result = region(
        options.x, options.y, options.over, order=options.order, dimension=options.dimension,
        fix=_fixes(options.fix), points=options.points, digits=options.digits, density=options.density,
        loops=options.loops, assumptions=_assumptions(options), resume=earlier,
        progress=_progress if sys.stderr.isatty() else None,
    )  # fmt: skip
    if data:
        _write(data, result.to_dict())
    if options.output:
        result.plot(options.output)
        print(f"figure: {Path(options.output).with_suffix('.pdf')} and .png; data: {data}", file=sys.stderr)
    print(result)
    if not result.complete:
        print("positivity: interrupted; --resume goes on from the data file", file=sys.stderr)
        return _INTERRUPTED
    return _OK if len(result.certified) == len(result.half_planes) else _NOT_PROVED


def _progress(done: int, total: int) -> None:
    width = 30
    filled = width * min(done, total) // total
    end = "\n" if done >= total else ""
    print(
        f"\r[{'#' * filled}{'.' * (width - filled)}] {done}/{total} half-planes", end=end, file=sys.stderr, flush=True
    )


def _verify(options: Any) -> int:
    from positivity.verification import Refused, Unreadable, verify

    try:
        for statement in verify(options.file):
            print(f"PROVED: {statement}")
    except Unreadable as reason:
        raise InputError(f"{options.file!r}: {reason}") from None
    except Refused as reason:
        print(f"REFUSED: {reason}")
        return _NOT_PROVED
    return _OK


def _assumptions(options: Any) -> Any:
    """The assumptions given on the command line, None if there are none."""
    if options.ceiling is None and options.last_spin is None and not options.gap:
        return None
    from positivity.problem import Assumptions

    gaps = []
    for text in options.gap:
        spin, colon, mass = text.partition(":")
        if not colon or not spin.strip().isdigit():
            raise InputError(f"--gap {text!r}: write spin:m^2, e.g. --gap 2:4")
        gaps.append((int(spin), mass))
    return Assumptions(options.ceiling or "2", options.last_spin, tuple(gaps))


def _fixes(texts: Sequence[str]) -> dict[str, str]:
    fixes: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--fix {text!r}: write coupling=value, e.g. --fix g4=0.3")
        if name.strip() in fixes:
            raise InputError(f"--fix {name.strip()} is given twice: drop one")
        fixes[name.strip()] = value
    return fixes


def _check_writable(name: str | None) -> None:
    """Refuse a path that cannot be written before any long computation."""
    if name is None:
        return
    path = Path(name)
    folder = path.parent
    if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(f"cannot write {name!r}: choose a file in an existing, writable folder")
    if path.exists() and not os.access(path, os.W_OK):
        raise InputError(f"cannot write {name!r}: the file is read-only")


def _write(name: str | Path, data: dict[str, Any]) -> None:
    try:
        Path(name).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {str(name)!r}: {error.strerror}") from None


def _read(name: str) -> dict[str, Any]:
    try:
        data = json.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {name!r}: {error}") from None
    if not isinstance(data, dict):
        raise InputError(f"{name!r} is not a data file of this command: remove it or drop --resume")
    return data


if __name__ == "__main__":
    sys.exit(main())
