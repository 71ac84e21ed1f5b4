"""python -m tests.golden: asks the golden questions that tests/data/golden.json does not hold yet, and keeps them."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.golden.asking import answer
from tests.golden.questions import questions

GOLDEN = Path(__file__).parents[1] / "data" / "golden.json"


def write(entries: list[dict[str, Any]]) -> None:
    """One line per question."""
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    GOLDEN.write_text(f"[\n{lines}\n]\n")


def main() -> None:
    old = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else []
    known = {json.dumps([entry["verb"], entry["words"]]): entry for entry in old}
    kept = []
    for number, (verb, words) in enumerate(questions()):
        entry = known.get(json.dumps([verb, words]))
        if entry is None:
            started = time.process_time()
            parts = answer(verb, words)
            entry = {"verb": verb, "words": words, "answer": parts, "seconds": round(time.process_time() - started, 2)}
            print(number, verb, json.dumps(words), parts[0]["status"], entry["seconds"], file=sys.stderr, flush=True)
        kept.append(entry)
        if number % 10 == 9:
            write(kept)
    write(kept)


if __name__ == "__main__":
    main()
