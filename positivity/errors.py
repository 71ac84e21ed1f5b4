"""Errors the package raises on purpose: each names the input and the remedy."""


class InputError(ValueError):
    """A request that cannot be answered as asked; the message says what to change (a ValueError)."""


def check_dimension(dimension: object) -> int:
    """The space-time dimension D as an int; raises InputError unless it is an integer >= 4."""
    if isinstance(dimension, bool) or not isinstance(dimension, int) or not 4 <= dimension <= 40:
        raise InputError(f"dimension {dimension!r}: use an integer from 4 to 40")
    return dimension


def check_order(order: object, minimum: int = 3, what: str = "the couplings asked for") -> int:
    """The Mandelstam order as an int; raises InputError if it is too low for `what`."""
    if isinstance(order, bool) or not isinstance(order, int):
        raise InputError(f"order {order!r}: use an integer, e.g. 8")
    if order < max(minimum, 3):
        raise InputError(f"order {order} is below {max(minimum, 3)}, the lowest for {what}: raise --order")
    if order > 40:
        raise InputError(f"order {order} is above 40, the highest supported: lower --order")
    return order


def check_time_limit(seconds: object) -> None:
    """Raise InputError unless a time limit is None or a positive number of seconds."""
    if seconds is None or (isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < 1e9):
        return
    raise InputError(f"time limit {seconds!r}: use a positive number of seconds")
