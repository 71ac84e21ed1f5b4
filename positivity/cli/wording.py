"""Messages of the library in the words of the command line."""

from __future__ import annotations

import re

#: what the library says, and the option that does it
_WORDS = (
    (r"\braise the order\b", "raise --order"),
    (r"\blower the order\b", "lower --order"),
    (r"\bmethod '(\w+)'", r"--method \1"),
    (r"\bdensity '(\w+)'", r"--density \1"),
    (r"\bover '1' or 'U'", "--over 1 or U"),
    (r"\b(contacts|degree|smeared|mu) = ", r"--\1 "),
    (r"\bp_min = ", "--p-min "),
    (r"\bresume it \(resume=True\)", "add --resume"),
    (r"\bresume=True\b", "--resume"),
    (r"\bgo on with resume\b", "go on with --resume"),
    (r"\bforward_sum_rules\b", "--forward-sum-rules"),
    (r"\bp_min\b", "--p-min"),
    (r"\bb_max\b", "--b-max"),
)


def in_options(message: str) -> str:
    """The message with the options that do what it says."""
    for pattern, option in _WORDS:
        message = re.sub(pattern, option, message)
    return message
