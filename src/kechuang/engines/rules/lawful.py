"""Formulas read under the law of a day: what stands behind a name, said once for all domains."""

from abc import abstractmethod
from typing import TypeVar

from .fold import Domain, fold
from .language import Literal
from .law import Law
from .packs import Input, Tiers
from .values import Number

T = TypeVar("T")


class Lawful(Domain[T]):
    """A domain whose names are those of a law."""

    def __init__(self, law: Law) -> None:
        self.law = law

    @abstractmethod
    def number(self, number: Number) -> T:
        """A number of the text, or a parameter's value on the day."""

    @abstractmethod
    def fact(self, given: Input) -> T:
        """An input."""

    @abstractmethod
    def rule(self, name: str) -> T:
        """A rule in force."""

    @abstractmethod
    def absent(self, name: str) -> T:
        """A rule or parameter that did not exist on the day."""

    @abstractmethod
    def unpublished(self, name: str) -> T:
        """A parameter whose value nobody has published."""

    @abstractmethod
    def stepped(self, value: T, table: Tiers | None, name: str) -> T:
        """The value's step in the table of that name; None where it is not published."""

    def literal(self, literal: Literal) -> T:
        """A number of the text."""
        return self.number(Number(literal.value, literal.value))

    def named(self, name: str) -> T:
        """What the law says stands behind a name."""
        if name in self.law.formulas:
            return self.rule(name)
        if name in self.law.inputs:
            return self.fact(self.law.inputs[name])
        held = self.law.held.get(name)
        if held is None or held.value is None:
            return self.absent(name)
        if isinstance(held.value, Number):
            return self.number(held.value)
        return self.unpublished(name)

    def graded(self, value: T, table: str) -> T:
        """The step in the table as it stands on the day."""
        held = self.law.held[table].value
        if held is None:
            return self.absent(table)
        return self.stepped(value, held if isinstance(held, Tiers) else None, table)


class Unfolded(Lawful[T]):
    """A reading that puts a rule's formula where its name stands, and remembers every name."""

    def __init__(self, law: Law) -> None:
        super().__init__(law)
        self.known: dict[str, T] = {}

    def named(self, name: str) -> T:
        """The same each time it is met."""
        if name not in self.known:
            self.known[name] = super().named(name)
        return self.known[name]

    def rule(self, name: str) -> T:
        """The rule's formula, folded."""
        return fold(self.law.formulas[name].node, self)
