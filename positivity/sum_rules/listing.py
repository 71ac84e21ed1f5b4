"""The sum rules and null constraints of one dimension as text, LaTeX or JSON."""

from __future__ import annotations

import json
from typing import Any

from positivity.questions.couplings import coupling_name, couplings_of_order
from positivity.sum_rules.null_constraints import (
    coupling_polynomial,
    coupling_sum_rule_latex,
    coupling_text,
    factored,
    null_constraints,
    null_latex,
    null_text,
)

NULLS_SCHEMA = "eft-positivity/nulls/1"


def render(order: int, dimension: int, form: str = "text") -> str:
    """All rows up to `order` in D dimensions; form: "text", "latex" or "json".  Raises InputError."""
    nulls = null_constraints(order, dimension)
    couplings = [c for n in range(2, order + 1) for c in couplings_of_order(n)]
    if form == "json":
        return json.dumps(_data(order, dimension), indent=1)
    if form == "latex":
        rows = [coupling_sum_rule_latex(c, dimension) for c in couplings] + [null_latex(null) for null in nulls]
        aligned = " \\\\\n".join("  " + row.replace(" = ", " &= ") for row in rows)
        return f"% D = {dimension}, X = J(J+D-3), heavy average <...>\n\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}"
    lines = [
        f"D={dimension}, tree level, forward limit, orders 2 to {order}; X = J(J+{dimension - 3}), "
        "< > the heavy average, M = sum g[p,q] (s^2+t^2+u^2)^p (stu)^q",
        "",
        "couplings",
        *(f"  {coupling_text(c, dimension)}" for c in couplings),
        "",
        "null constraints",
        *(f"  n={null.order}: {null_text(null)}" for null in nulls),
    ]
    return "\n".join(lines)


def _data(order: int, dimension: int) -> dict[str, Any]:
    couplings = []
    for coupling in (c for n in range(2, order + 1) for c in couplings_of_order(n)):
        numerator, denominator = coupling_polynomial(coupling, dimension)
        couplings.append(
            {
                "name": coupling_name(coupling),
                "coupling": list(coupling),
                "order": 2 * coupling[0] + 3 * coupling[1],
                "polynomial": [int(c) for c in numerator.coeffs()],
                "denominator": denominator,
            }
        )
    nulls = [
        {
            "order": null.order,
            "j": null.j,
            "polynomial": null.coefficients(),
            "text": null_text(null),
            "factored": factored(null.polynomial),
            "functional": [{"k": 2 * j, "power": r, "coefficient": str(c)} for (j, r), c in null.functional],
        }
        for null in null_constraints(order, dimension)
    ]
    return {"schema": NULLS_SCHEMA, "dimension": dimension, "order": order, "couplings": couplings, "nulls": nulls}
