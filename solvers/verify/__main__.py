"""python -m solvers.verify FILE [SECONDS]: exit 0 and what is proved, 1 and the reason, 2 if it is no document."""

import sys

from solvers.verify import Refused, Unreadable, time_limit, verify_file


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or arguments[0] in ("-h", "--help"):
        print("usage: python -m solvers.verify FILE [SECONDS]    (a certificate in JSON, and a time limit)")
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    try:
        with time_limit(float(arguments[1]) if arguments[1:] else None):
            print(f"PROVED: {verify_file(arguments[0])}")
    except ValueError:
        print("solvers.verify: the time limit is a positive number of seconds", file=sys.stderr)
        return 2
    except Unreadable as reason:
        print(f"solvers.verify: {reason}", file=sys.stderr)
        return 2
    except Refused as reason:
        print(f"REFUSED: {reason}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
