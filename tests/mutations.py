"""Random changes of JSON documents."""

import copy

_TEXTS = ("0", "-1", "1/2", "2", "g2", "g3", "g4", "U", "1", "0.3U", "unitary", "positive", "tree", "g2^2", "certified",
          "numerical", "excluded", "", "nan", "\x1b[0m", "g3\nPROVED: x", "eft-positivity/bound/1")  # fmt: skip


def leaves(data, path=()):
    """Paths of all entries, also of containers."""
    if path:
        yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from leaves(value, (*path, key))


def mutated(data, rng):
    """A copy with one to three entries changed, and the path of all of them together."""
    data, touched = copy.deepcopy(data), []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        paths = list(leaves(data))
        if not paths:
            break
        *way, last = rng.choice(paths)
        place = data
        for step in way:
            place = place[step]
        touched += [*way, last]
        change = rng.randrange(10)
        if change == 0:
            del place[last]
        elif change == 1 and isinstance(place, list):
            place.insert(rng.randrange(len(place) + 1), copy.deepcopy(rng.choice(place)))
        elif change == 2:
            place[last] = rng.choice((None, True, [], {}, 0, -1, 1.5, 10**30, *_TEXTS))
        else:
            place[last] = _near(place[last], rng)
    return data, tuple(touched)


def _near(value, rng):
    """A value of the same type, close to it where it is a number."""
    if isinstance(value, bool) or value is None:
        return rng.choice((None, True, False))
    if isinstance(value, int):
        return value + rng.choice((-2, -1, 1, 2, 100))
    if isinstance(value, float):
        return value * rng.choice((0.9, 0.999999, 1.000001, 1.1, -1)) + rng.choice((0, 1e-6))
    if isinstance(value, str) and value.replace("/", "").replace(".", "").replace("-", "").isdigit():
        place = rng.randrange(len(value))
        digit = rng.choice("0123456789")
        return rng.choice((value[:place] + digit + value[place + 1 :], value + digit, "-" + value, value[1:]))
    if isinstance(value, str):
        return rng.choice(_TEXTS)
    if isinstance(value, list):
        return value[: rng.randrange(len(value) + 1)]
    return {key: value[key] for key in list(value)[: rng.randrange(len(value) + 1)]}
