"""python -m tests.sweep --count 1000 --seed 1 --output sweep.jsonl: asks, compares, prints the counts."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.sweep.questions import question
from tests.sweep.running import Asker
from tests.sweep.summary import summary


def main() -> int:
    """Exit code 1 if anything contradicts."""
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="number of the first question")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True, help="JSONL file, one line per question")
    options = parser.parse_args()
    asker, records = Asker(), []
    with options.output.open("a") as stream:
        for number in range(options.first, options.first + options.count):
            records.append(asker.record(question(options.seed, number)))
            stream.write(json.dumps(records[-1], default=str) + "\n")
            stream.flush()
    asker.close()
    print(summary(records))
    return 1 if any(record["contradictions"] for record in records) else 0


if __name__ == "__main__":
    raise SystemExit(main())
