"""python -m solvers.verify FILE: exit 0 and what is proved, 1 and the reason, 2 if it is no document."""

import sys

from solvers.verify import Refused, Unreadable, verify_file


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print("usage: python -m solvers.verify FILE    (a certificate in JSON)")
        return 0 if arguments else 2
    try:
        print(f"PROVED: {verify_file(arguments[0])}")
    except Unreadable as reason:
        print(f"solvers.verify: {reason}", file=sys.stderr)
        return 2
    except Refused as reason:
        print(f"REFUSED: {reason}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
