"""Chance that is the same again: one die for each thing that is thrown for."""

from random import Random


def dice(seed: int, name: str) -> Random:
    """A die of its own for everything that has a name, so that nothing moves anything else."""
    return Random(f"{seed} {name}")  # noqa: S311 - the same district again is what is wanted
