"""Who acts, and what a permission answers."""

from dataclasses import dataclass, field
from typing import Any

from kechuang.engines.base.sayings import NOTHING, Said


@dataclass(frozen=True)
class Actor:
    """A person (or the worker) with roles and organisations, as permissions see them.

    ``id`` 0 is a visitor who has not signed in; -1 is the system itself.
    """

    id: int
    label: str
    roles: frozenset[str] = field(default_factory=frozenset)
    organisations: frozenset[int] = field(default_factory=frozenset)
    firms: frozenset[int] = field(
        default_factory=frozenset
    )  # enterprises among them: possible rivals

    def has(self, *roles: str) -> bool:
        """Whether the person holds one of these roles."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_system(self) -> bool:
        return self.id == -1


VISITOR = Actor(0, "访客")
SYSTEM = Actor(-1, "系统")


@dataclass(frozen=True)
class Verdict:
    """The answer of a permission; ``why`` says what to do when it is no."""

    allowed: bool
    why: Said = NOTHING

    def __bool__(self) -> bool:
        return self.allowed


YES = Verdict(True)


def no(code: str, /, **facts: Any) -> Verdict:
    """A refusal with its reason: a code of the catalogue of refusals and what it is made of."""
    return Verdict(False, Said(code, **facts))
