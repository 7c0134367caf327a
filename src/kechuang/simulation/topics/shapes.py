"""What a sub-topic of technology is made of: the words of which titles and texts are put together."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong and the figure by which one sees it.

    ``poor`` and ``good`` are what the figure is without and with the result, as digits; ``unit``
    stands behind them ("" for a share without one).
    """

    name: str
    figure: str
    poor: str
    good: str
    unit: str


@dataclass(frozen=True)
class Topic:
    """A sub-topic: the last of its faults is one that nobody has a result for.

    Args:
        name: What people search for.
        field: One of the state's high-tech areas.
        trade: How firms of this trade are called.
        things: What is made or treated.
        ways: How it is done.
        stuff: Of or with what.
        uses: Where it is used.
    """

    name: str
    field: str
    trade: str
    things: tuple[str, ...]
    faults: tuple[Fault, ...]
    ways: tuple[str, ...]
    stuff: tuple[str, ...]
    uses: tuple[str, ...]


def topic(
    name: str,
    field: str,
    trade: str,
    *,
    things: str,
    faults: str,
    ways: str,
    stuff: str,
    uses: str,
) -> Topic:
    """A topic from words parted by spaces; faults are "name:figure:poor:good:unit"."""
    made = tuple(Fault(*given.split(":")) for given in faults.split())
    parts = (tuple(words.split()) for words in (ways, stuff, uses))
    return Topic(name, field, trade, tuple(things.split()), made, *parts)
