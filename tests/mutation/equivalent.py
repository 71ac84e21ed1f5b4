"""Mutants that no check can notice, each with its reason.

All mutants are run; of those that an entry matches some may be noticed, but one that survives has to be here.
Equivalent is a change that makes no false statement acceptable: it costs time, or refuses more, or computes the
same.  An entry is (file, function, statement, change), each a pattern of fnmatch; brackets stand for themselves.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from tests.mutation.operators import Mutant

_SIZE = "a limit on sizes: a document is refused a little earlier or later, what is proved does not depend on it"
_SEARCH = "where to halve and when to give up: every box is decided by its own coefficients"
_LONGER = "more coefficients than needed, which are zero or not used"
_INDEX = "all lines of a table are equally long, any of them tells its width"
_SIGN_SEEN = "a negative corner only ends the search early: a box that is negative somewhere is never accepted"
_TEXT = "the wording of a refusal"
_TIME = "estimates and deadlines: they only refuse, or are slow"
_RADIUS = "a radius is rounded up when it is stored, by far more than the ball of the width is wide"
_EQUAL = "balls that are equal are not exact, and F >= 0 is what is claimed"
_FORM = "whether a long number is written in full or shortened with a mark"
_TOGETHER = "how many cells are enclosed together: the range holds all of them, and what holds in it holds in each"
_LOWER_POWERS = "powers are added whose integrals are asked to vanish before"
_SET_FIRST = "the first cell ends above the first node and sets it"
_WIDER = "terms that are zero but for a symmetric ball, which is wider then"
_HIGHER = "a higher degree, with zeros: valid Bernstein coefficients"
_SCALE = "another positive scale, which is divided out again"
_HALVED = "a box where zero is reached is halved, or bounded from above"
_BALL = "the ball holds the number as well"
_NO_NUMBER = "where the product is zero a division by it is no number, and |P_J| <= 1 is used as before"
_PRECISION = "a working precision: the balls hold the truth at each"

#: (file, function, statement, change) -> reason
EQUIVALENT: dict[tuple[str, str, str, str], str] = {
    ("*", "*", "spend()", "statement dropped*"): _TIME,
    ("*", "*", "expect_*", "statement dropped"): _TIME,
    ("spectrum.py", "_expect", "*", "*"): _TIME,
    ("spectrum.py", "spectrum_couplings", "_expect(states, order)", "*"): _TIME,
    ("forward.py", "verify_forward", "with budget(*", "*"): _TIME,
    # rows
    (
        "rows.py",
        "infrared",
        "for q in range(j + 1):",
        "1: constant becomes 2",
    ): "q = j + 1 has j - q < 0 and adds nothing",
    ("rows.py", "infrared", "if twice % 2 == 0 and*", "*condition 1 dropped"): "p >= j - q >= 0 is asked as well",
    (
        "rows.py",
        "infrared",
        "if twice % 2 == 0 and*",
        "0: constant becomes -1",
    ): "p >= j - q >= 0 is asked as well, and C(p, -1) = 0",
    ("rows.py", "wave_series", "for i in range(length - 1):", "*"): _LONGER,
    # loops
    ("loops.py", "loop_coefficient", "kernel = ultraviolet(*", "1: constant becomes 2"): _LONGER,
    (
        "loops.py",
        "_waves",
        "for spin in range(*",
        "*",
    ): "spins -1 and odd ones have coefficient zero or are not reached",
    ("loops.py", "_legendre", "return fmpq_poly(*", "1: constant becomes 2"): _LONGER,
    ("loops.py", "_t_channel", "for power in range(*", "rest.degree() // 2: *"): "higher powers have coefficient zero",
    ("loops.py", "_t_channel", "for power in range(*", "2: constant becomes 1"): "higher powers have coefficient zero",
    (
        "loops.py",
        "_t_channel",
        "return value if *",
        "*",
    ): "value is zero where the condition fails: both branches agree",
    # spectrum
    ("spectrum.py", "<module>", "_MAX_STATES*", "*"): _SIZE,
    ("spectrum.py", "spectrum_couplings", "integer(dimension*", "1000: *"): _SIZE,
    (
        "spectrum.py",
        "spectrum_couplings",
        "if not isinstance(spectrum, list | tuple)*",
        "list | tuple: right side dropped",
    ): "tuples are refused then",
    ("spectrum.py", "_couplings", "kernels = *", "*"): _LONGER,
    ("spectrum.py", "_couplings", "for n in range(2, order + 1):", "2: constant becomes 1"): "order 1 has no sum rules",
    ("spectrum.py", "_state", "if isinstance(spin, bool)*", "*10*"): _SIZE,
    ("spectrum.py", "_state", "if isinstance(spin, bool)*", "*comparison 1 becomes LtE"): _SIZE,
    ("spectrum.py", "_state", "if isinstance(spin, bool)*", "9: *"): _SIZE,
    ("spectrum.py", "_state", "if isinstance(spin, bool)*", "0: constant becomes -1"): "-1 is odd",
    (
        "spectrum.py",
        "_rational",
        "if not isinstance(text, str)*",
        "*",
    ): "what is no text fails where it is taken apart; a limit on sizes",
    # nonnegative
    ("nonnegative.py", "<module>", "*", "*"): _SIZE,
    ("nonnegative.py", "NotProved.__init__", "super().__init__(message)", "*"): _TEXT,
    ("nonnegative.py", "_negative_place", "*", "*"): "only names the place of a refusal",
    ("nonnegative.py", "_split_first", "*", "*"): _SEARCH,
    ("nonnegative.py", "prove_on_interval", "odd = *", "*comparison 0 becomes GtE"): "the content is not zero",
    (
        "nonnegative.py",
        "prove_on_interval",
        "odd = *",
        "0: constant becomes -1",
    ): "the content is an integer that is not zero",
    ("nonnegative.py", "prove_on_interval", "odd = *", "1: constant becomes 2"): "a positive factor",
    ("nonnegative.py", "_bisect_interval", "if degree < 1:", "*"): "a constant is its own Bernstein coefficient",
    (
        "nonnegative.py",
        "_bisect_interval",
        "if degree == 0 and*",
        "*",
    ): "constants are integers, the zero polynomial is not negative",
    ("nonnegative.py", "_bisect_interval", "return 1", "*"): "the number of boxes is for information",
    (
        "nonnegative.py",
        "_bisect_interval",
        "one_plus = *",
        "1: constant becomes 2",
    ): "other coefficients that are sufficient for positivity of the box or more; the halving covers more",
    ("nonnegative.py", "_bisect_interval", "boxes*", "*"): _SEARCH,
    ("nonnegative.py", "_bisect_interval", "if piece[0] < 0 or*", "*"): _SIGN_SEEN,
    ("nonnegative.py", "_bisect_interval", "if depth >= *", "*"): _SEARCH,
    ("nonnegative.py", "_bisect_interval", "stack.append((left*", "*index*"): "only names the place of a refusal",
    ("nonnegative.py", "prove_on_square", "rows, columns = *", "*"): _INDEX,
    ("nonnegative.py", "prove_on_square", "stack = *", "*"): _SEARCH,
    ("nonnegative.py", "prove_on_square", "boxes*", "*"): _SEARCH,
    ("nonnegative.py", "prove_on_square", "corners = *", "*"): _SIGN_SEEN,
    ("nonnegative.py", "prove_on_square", "if min(corners) < 0:", "*"): _SIGN_SEEN,
    ("nonnegative.py", "prove_on_square", "raise NotProved('negative at a corner*", "*"): _SIGN_SEEN,
    ("nonnegative.py", "prove_on_square", "if boxes > MAX_BOXES*", "*"): _SEARCH,
    ("nonnegative.py", "prove_on_square", "stack.extend(*", "*depth*"): _SEARCH,
    ("nonnegative.py", "prove_on_square", "stack.extend(*", "1: constant*"): _SEARCH,
    # large_spin
    ("large_spin.py", "boxes", "width, degree = *", "*"): _LONGER,
    ("large_spin.py", "boxes", "near = *", "*"): _LONGER,
    ("large_spin.py", "boxes", "far = *", "*"): _LONGER,
    (
        "large_spin.py",
        "prove_nonnegative_beyond",
        "near, far = boxes(*",
        "0: constant becomes 1",
    ): "a larger shift multiplies both squares by powers of x and v, which are not negative",
    ("large_spin.py", "_from", "for k in range(len(table[0])):", "*"): _INDEX,
    ("large_spin.py", "_from", "total, power = *", "1: constant becomes 2"): "a positive factor",
    ("large_spin.py", "_from", "columns.append(*", "1: constant becomes 2"): _LONGER,
    # forward
    (
        "forward.py",
        "_check_high_spins",
        "shift = *",
        "*",
    ): "a larger shift multiplies both squares by powers of x and v, a smaller one refuses",
    (
        "forward.py",
        "_check_bound",
        "proved = found <= *",
        "*comparison 0 becomes Lt",
    ): "stricter by the case of equality",
    ("forward.py", "heavy_functional", "length[j] = *", "*"): _LONGER,
    ("forward.py", "heavy_functional", "table = *", "*"): _LONGER,
    ("forward.py", "heavy_functional", "width = *", "*"): _LONGER,
    # integral
    ("integral.py", "<module>", "_DEPTH = *", "*"): _SEARCH,
    ("integral.py", "positive_part", "degree = *", "*becomes Add"): _HIGHER,
    ("integral.py", "positive_part", "degree = *", "*right side dropped"): _HIGHER,
    ("integral.py", "positive_part", "degree = *", "1: constant becomes 0"): _HIGHER,
    ("integral.py", "_on_unit_interval", "degree = *", "*becomes Add"): _SCALE,
    ("integral.py", "_on_unit_interval", "degree = *", "*right side dropped"): _SCALE,
    ("integral.py", "_on_unit_interval", "degree = *", "1: constant becomes 0"): _SCALE,
    ("integral.py", "positive_part", "if low >= high:", "*becomes Gt"): "an interval without length has integral zero",
    ("integral.py", "positive_part", "if max(values) <= 0:", "*becomes Lt"): "a box of zeros adds zero",
    ("integral.py", "positive_part", "if max(values) <= 0:", "0: constant becomes -1"): "a box of zeros adds zero",
    ("integral.py", "positive_part", "if min(values) >= 0:", "*becomes Gt"): _HALVED,
    ("integral.py", "positive_part", "if min(values) >= 0:", "0: constant becomes 1"): _HALVED,
    ("integral.py", "_primitive", "if x == 0:", "early return dropped"): "the primitive vanishes at 0 as it is",
    ("integral.py", "_primitive", "if x == 0:", "0: constant becomes -1"): "the primitive vanishes at 0 as it is",
    ("integral.py", "tail", "degree = *", "*becomes Add"): _SCALE,
    ("integral.py", "tail", "degree = *", "*right side dropped"): _SCALE,
    ("integral.py", "tail", "degree = *", "1: constant becomes 0"): _SCALE,
    ("integral.py", "tail", "limit, cover = *", "1: constant becomes 2*"): _LONGER,
    (
        "integral.py",
        "tail",
        "for d, c in enumerate(line[*",
        "1: constant becomes 2",
    ): "higher powers are refused before",
    ("integral.py", "tail", "if d >= e - 1 or c > 0:", "c > 0: comparison 0 becomes GtE"): "zeros add nothing",
    ("integral.py", "tail", "if d >= e - 1 or c > 0:", "0: constant becomes -1"): "zeros add nothing, c is an integer",
    # statements and proofs as data
    ("proof.py", "<module>", "_LONGEST = 200", "*"): _FORM,
    ("proof.py", "_interval", "assert proof.interval is not None", "*"): "an assertion for the type checker",
    (
        "proof.py",
        "g2_in_units_of_u",
        "with working_precision(128):",
        "*",
    ): "a precision: decimals rounded inwards are shown",
    ("proof.py", "_inwards", "with working_precision(128):", "*"): "a precision: the ball is rounded inwards",
    ("proof.py", "_plain", "*", "*"): "both ways write the same number exactly, as a decimal or as a/b",
    ("proof.py", "rounded_up", "return number_text(value) if *", "*200*"): _FORM,
    (
        "proof.py",
        "rounded_up",
        "return number_text(value) if *",
        "0: constant becomes -1",
    ): "only integers come near: -1 of the last place",
    # gravity
    ("smearing.py", "<module>", "PRECISION = 320", "*"): _PRECISION,
    ("smearing.py", "prove_ball_table", "def prove_ball_table*", "*"): _PRECISION,
    (
        "smearing.py",
        "prove_ball_table",
        "scale = *",
        "abs(float(c.mid())): abs dropped",
    ): "any positive unit serves, what rounding loses is counted",
    (
        "smearing.py",
        "prove_ball_table",
        "certainly(0 < scale*",
        "*",
    ): "at the limits the unit is not finite and the rounding fails",
    ("smearing.py", "prove_ball_table", "unit = *", "*"): "any positive unit serves, what rounding loses is counted",
    (
        "smearing.py",
        "prove_ball_table",
        "rounded = *",
        "*floor becomes ceil",
    ): "what rounding changes is counted with its size",
    (
        "smearing.py",
        "prove_ball_table",
        "lost = *",
        "*abs dropped",
    ): "rounded down, the middle is never below: the upper end is the size",
    ("smearing.py", "wave_polynomial", "for r in range(spin + 1):", "1: constant becomes 2"): _LONGER,
    ("fixed_spin.py", "prove_spin", "common = fmpz(1)", "*"): "a positive factor",
    # large spins
    ("impact.py", "<module>", "_STRIP*", "*"): "how fine and how long: what is left out is bounded",
    ("impact.py", "<module>", "_POWERS*", "*"): "how many powers are kept: the rest is bounded",
    ("impact.py", "prove_moderate_impact", "while root * root < xi_end:", "*LtE"): "one more strip, without length",
    ("impact.py", "_series", "table = *", "terms + _POWERS + 3: right side dropped*"): _LONGER,
    ("impact.py", "_series", "table = *", "3: *"): _LONGER,
    ("impact.py", "_series", "moments = *", "terms + _POWERS + 8: right side dropped"): _LONGER,
    ("impact.py", "_series", "moments = *", "8: *"): _LONGER,
    (
        "impact.py",
        "_series",
        "for r in *",
        "1: constant becomes 2 #2",
    ): "one power more is kept than the rest counts on",
    (
        "impact.py",
        "_wave_terms",
        "*",
        "*",
    ): "how many powers are kept: the rest is bounded; 1e-40 is reached only beyond r = e sqrt(xi)",
    ("high_energy.py", "prove_high_energy", "with working_precision(*", "*"): _PRECISION,
    ("high_energy.py", "_lost", "certainly(argument > 1*", "1: *"): "stricter, or a logarithm that is still positive",
    ("high_energy.py", "_upper_function", "coefficients = *", "1: constant becomes 2"): _LONGER,
    ("high_energy.py", "prove_high_energy", "gain = *", "m > 0: comparison 0 becomes GtE"): "a moment zero adds zero",
    ("high_energy.py", "_lost", "product = *", "*lower dropped"): _BALL,
    ("high_energy.py", "_lost", "q_ratio = *", "product > 0: comparison 0 becomes GtE"): _NO_NUMBER,
    ("high_energy.py", "_lost", "q_ratio = *", "0: constant becomes -1"): _NO_NUMBER,
    ("high_energy.py", "_lost", "q_ratio = *", "1: constant becomes * #3"): "any number that is not positive serves",
    ("high_energy.py", "_lost", "if q_ratio > 0:", "*becomes GtE"): "1/sqrt(0) is no bound that is smaller than 1",
    ("high_energy.py", "_lost", "if x < *", "*becomes LtE"): "both bounds hold for every x < 1",
    (
        "high_energy.py",
        "_lost",
        "certainly(argument > 1*",
        "*becomes GtE",
    ): "at 1 the logarithm is 0 and the bound holds",
    ("high_energy.py", "_upper_function", "degree = *", "2: constant becomes 3"): _LONGER,
    ("high_energy.py", "_largest_slope", "degree = *", "*right side dropped"): _LONGER,
    ("high_energy.py", "_largest_slope", "degree = *", "2: constant becomes 3"): _LONGER,
    ("high_energy.py", "_largest_slope", "degree = *", "2: constant becomes 1 #2"): _LONGER,
    ("high_energy.py", "_largest_slope", "degree = *", "*Add"): _LONGER,
    ("high_energy.py", "_largest_slope", "coefficients = *", "1: constant becomes 2"): _LONGER,
    (
        "high_energy.py",
        "_largest_slope",
        "sizes = *",
        "*upper dropped",
    ): "the factor 1.000001 covers far more than the radius of the balls",
    ("high_energy.py", "_largest_slope", "coefficients[*", "operator becomes Sub"): "all signs change, sizes are taken",
    ("impact.py", "_prove_strip", "table.append(*", "1: constant becomes 2"): _LONGER,
    ("cutoff.py", "_boxes", "found.append(*", "values*: operator becomes Sub"): "t is symmetric about zero",
    ("cutoff.py", "_boxes", "found.append(*", "arb(middle) + t: operator becomes Sub"): "t is symmetric about zero",
    ("large_impact.py", "_Proof._boundary_size", "h = *", "0: constant becomes -1"): "h_0 = f(1) E is zero as it is",
    ("large_impact.py", "<module>", "*", "*"): _SIZE,
    (
        "large_impact.py",
        "_check_form",
        "certainly(lowest <= 2*",
        "*becomes Lt",
    ): "n = 2 parts - 1 is refused by the next condition",
    ("large_impact.py", "prove_large_impact", "with working_precision(*", "*"): _PRECISION,
    ("large_impact.py", "prove_large_impact", "stack, boxes = *", "0: constant*"): _SEARCH,
    (
        "large_impact.py",
        "prove_large_impact",
        "stack, boxes = *",
        "1: constant becomes 2*",
    ): "a larger region is proved",
    ("large_impact.py", "prove_large_impact", "boxes += 1", "*"): _SEARCH,
    ("large_impact.py", "prove_large_impact", "certainly(boxes < *", "*"): _SEARCH,
    ("large_impact.py", "prove_large_impact", "if w1 - w0 >= x1 - x0:", "*"): _SEARCH,
    ("large_impact.py", "_Proof.__init__", "self.first_l = *", "*Sub"): "a larger region is proved",
    (
        "large_impact.py",
        "_Proof._mellin_terms",
        "for k in range(*",
        "1: constant becomes 2",
    ): "s <= parts is asked as well",
    ("large_impact.py", "_Proof._parts", "*[fmpq(0)] * (_KEPT + 1 + j)", "1: constant becomes 2"): _LONGER,
    (
        "large_impact.py",
        "_Proof._rest",
        "for k in range(1, 40):",
        "40: *",
    ): "one more negative moment, or one that x^80 covers",
    (
        "large_impact.py",
        "_Proof._rest",
        "certainly(slope > 0*",
        "0: *",
    ): "a slope that is not positive fails in every box",
    # cutoff
    ("cutoff.py", "<module>", "_LOW_BITS*", "*"): _PRECISION,
    ("cutoff.py", "<module>", "_SUBINTERVALS*", "*"): "how many intervals: each is enclosed",
    ("cutoff.py", "verify_cutoff", "if _integral(*", "1: constant becomes 2"): "a positive factor",
    ("cutoff.py", "_upper_bound", "if not norm > 0:", "*GtE"): "zero divides and gives no finite bound",
    ("node_sums.py", "<module>", "_BITS*", "*"): _PRECISION,
    ("node_sums.py", "<module>", "_LINE*", "*"): "how many nodes are done at once",
    ("cutoff.py", "_upper_bound", "end = _group(*", "*"): _TOGETHER,
    ("cutoff.py", "_group", "for high in *", "2: constant becomes 1"): "the first cell again: its end is set already",
    ("cutoff.py", "_group", "if (high - low)*", "(high - low) * last_break > *: comparison 0 becomes GtE"): _TOGETHER,
    ("cutoff.py", "_group", "if (high - low)*", "(high - low) * last_break: right side dropped"): _TOGETHER,
    ("cutoff.py", "_group", "if (high - low)*", "high * last_break: left side dropped"): _TOGETHER,
    ("cutoff.py", "_upper_bound", "total, end, curvature, slope = *", "0: constant becomes * #3"): _SET_FIRST,
    ("cutoff.py", "_upper_bound", "total, end, curvature, slope = *", "0: constant becomes * #4"): _SET_FIRST,
    ("cutoff.py", "verify_cutoff", "if _integral(*", "0: constant becomes 1"): _LOWER_POWERS,
    ("cutoff.py", "verify_cutoff", "if _integral(*", "0: constant becomes -1"): _LOWER_POWERS,
    (
        "cutoff.py",
        "verify_cutoff",
        "if not proved <= *",
        "*comparison 0 becomes Lt",
    ): "stricter by the case of equality",
    ("cutoff.py", "_below", "if not c >= *", "*comparison 0 becomes Gt"): "stricter by the case of equality",
    ("cutoff.py", "_boxes", "for _ in range(3):", "3: constant becomes 4"): _LONGER,
    ("cutoff.py", "_boxes", "found.append(*", "values[2] / 2: operator becomes Mult"): _WIDER,
    ("cutoff.py", "_boxes", "found.append(*", "values[2] / 2: right side dropped"): _WIDER,
    ("cutoff.py", "_boxes", "found.append(*", "2: constant becomes 1 #2"): _WIDER,
    ("cutoff.py", "_boxes", "found.append(*", "t * values[3] / 6: operator becomes Mult"): _WIDER,
    ("cutoff.py", "_boxes", "found.append(*", "t * values[3] / 6: right side dropped"): _WIDER,
    ("cutoff.py", "_boxes", "found.append(*", "6: constant becomes 5"): _WIDER,
    ("wave_sums.py", "<module>", "_ROWS*", "*"): "how many rows are multiplied at once",
    ("wave_sums.py", "cosine_sums", "used = *", "*filter dropped"): "points of weight zero add nothing",
    (
        "wave_sums.py",
        "cosine_sums",
        "step = *",
        "*",
    ): "every multiple is a number of steps and a rest, for any step",
    ("wave_sums.py", "cosine_sums", "left: *", "last // step: *"): _LONGER,
    ("wave_sums.py", "cosine_sums", "left: *", "1: constant becomes 2"): _LONGER,
    ("wave_sums.py", "EvenWaves.__init__", "for k in *", "1: constant becomes 2 #2"): _LONGER,
    ("node_sums.py", "node_sums", "large = *", "*ceil becomes floor"): _PRECISION,
    ("node_sums.py", "node_sums", "large = *", "*abs dropped"): _PRECISION,
    ("cutoff.py", "_pole", "rest = *", "3: constant becomes 4"): _LONGER,
    ("cutoff.py", "_hull", "return *", "*upper*"): _RADIUS,
    ("cutoff.py", "_boxes", "t = *", "*upper*"): _RADIUS,
    ("gravity.py", "read_gravity", "region = *", "2*: constant*"): "asked again by the proof at large impact parameter",
    ("high_energy.py", "prove_high_energy", "enough = *", "*becomes GtE"): _EQUAL,
    ("high_energy.py", "prove_high_energy", "certainly(bool(enough*", "*becomes GtE"): _EQUAL,
    ("high_energy.py", "_lost", "y = (end ** 2 * x).upper()", "*upper dropped"): _BALL,
    ("cutoff.py", "_boxes", "count = *", "*"): "how many intervals: each is enclosed",
    # unitary
    ("unitary.py", "<module>", "*", "*"): "the precision and the places that are tried: each gives a valid bound",
    ("unitary.py", "Functional.padded", "width = *", "*"): _INDEX,
    (
        "unitary.py",
        "upper_bound",
        "reach = _REACHES[-1]",
        "*",
    ): "where the sign is tried to be proved: any place gives a valid bound",
    (
        "unitary.py",
        "_spin",
        "if casimir > reach and*",
        "*",
    ): "where the sign is tried to be proved: any place gives a valid bound",
    # document
    ("document.py", "<module>", "_MAX*", "*"): _SIZE,
    ("document.py", "Refused.__init__", "super().__init__(message)", "*"): _TEXT,
    ("document.py", "load", "reason = *", "*"): _TEXT,
    ("document.py", "load", "if Path(path).stat().st_size > _MAX_BYTES:", "*"): _SIZE,
    ("document.py", "check_regular", "reason = *", "*"): _TEXT,
    (
        "document.py",
        "read",
        "if not isinstance(density, str)*",
        "*condition 0 dropped",
    ): "what is no text is not in the list",
    ("document.py", "read", "split = *", "2: constant becomes 1"): "1 is odd",
    ("document.py", "load", "raise Unreadable(f'cannot*", "*"): "the same is asked a moment before",
    ("document.py", "shown", "*", "*"): _TEXT,
    ("document.py", "names", "*", "*"): _TEXT,
    (
        "exclusion.py",
        "verify_exclusion",
        "fixed: Rules = *",
        "*2*",
    ): "gamma is free and takes up any multiple of A_4(0)",
    (
        "exclusion.py",
        "verify_exclusion",
        "if not (kappa > 0*",
        "0: constant becomes 1*",
    ): "stricter, by small numbers that are never asked",
    ("exclusion.py", "_infrared", "if any(*", "*"): "rules of order 4 hold no other coupling: never reached",
    ("exclusion.py", "_infrared", "raise Refused(*", "*"): "rules of order 4 hold no other coupling: never reached",
    ("exclusion.py", "_loop", "raise Refused(*", "*"): "in D >= 5 these rules have a forward limit: never reached",
    (
        "exclusion.py",
        "_least_gamma",
        "if not (one > 0 and left > 0*",
        "*",
    ): "one is 2, rules of order 4 are of this form, left = 0 divides by zero and is refused",
    (
        "exclusion.py",
        "_least_gamma",
        "return (needed*",
        "*",
    ): "the null has no x^2 term, and A_2j(0) starts with 2 for every j",
    ("exclusion.py", "_least_gamma", "zero = fmpq(0)", "*"): "all six coefficients of the form are there",
    ("exclusion.py", "_least_gamma", "for d, c in *", "1: constant becomes 2"): _LONGER,
    ("exclusion.py", "<module>", "_LONGEST = 400", "*"): _SIZE,
    ("exclusion.py", "verify_exclusion", "if isinstance(data[name], str)*", "*GtE"): _SIZE,
    ("exclusion.py", "verify_exclusion", "dimension = *", "40: *"): _SIZE,
}


def reason_of(mutant: Mutant, table: dict[tuple[str, str, str, str], str] = EQUIVALENT) -> str | None:
    """Why a mutant cannot be noticed, or None."""
    for entry, reason in table.items():
        place = mutant.file, mutant.function, mutant.statement, mutant.change
        if all(fnmatchcase(text, pattern.replace("[", "[[]")) for text, pattern in zip(place, entry, strict=True)):
            return reason
    return None
