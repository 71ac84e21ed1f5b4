"""HiGHS models as every program here uses them: silent, one thread, no scaling of its own."""

from __future__ import annotations

import highspy

#: HiGHS's own scaling wrecks these programs: their rows come scaled already
_OPTIONS = {"threads": 1, "presolve": "off", "simplex_scale_strategy": 0, "small_matrix_value": 1e-12}


class _Silent(highspy.Highs):  # type: ignore[misc]  # highspy has no types everywhere
    """Without the banner that highspy 1.16 prints to standard output when it enables its callbacks."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def silent_model(**options: object) -> highspy.Highs:
    """An empty model with the options of this package, and those given."""
    model = _Silent()
    for name, value in {"output_flag": False, **_OPTIONS, **options}.items():
        model.setOptionValue(name, value)
    return model
