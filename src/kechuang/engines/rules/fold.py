"""One reading of a formula's tree, whatever is made of it.

What a literal, a name, a choice, a graded value and an operator mean is said by a domain: values,
columns, units, lines. That a tree is gone through from the leaves up is said here and nowhere else.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from .language import Apply, Literal, Name, Node

T = TypeVar("T")


class Domain(ABC, Generic[T]):
    """What formulas become: one method for each thing that a formula can be."""

    @abstractmethod
    def literal(self, literal: Literal) -> T:
        """A number of the text with its unit."""

    @abstractmethod
    def named(self, name: str) -> T:
        """An input, a parameter or another rule."""

    @abstractmethod
    def choose(self, test: T, yes: Callable[[], T], no: Callable[[], T]) -> T:
        """若. A branch is folded when it is called for, so that one may be left alone."""

    @abstractmethod
    def graded(self, value: T, table: str) -> T:
        """分档: the value's step in the table of a parameter."""

    @abstractmethod
    def applied(self, op: str, args: Sequence[T]) -> T:
        """Every other operator and function."""


def fold(node: Node, domain: Domain[T]) -> T:
    """A formula in a domain, from the leaves up."""
    if isinstance(node, Name):
        return domain.named(node.name)
    if isinstance(node, Literal):
        return domain.literal(node)
    if node.op == "若":
        return _chosen(node, domain)
    if node.op == "分档":
        graded, table = node.args
        assert isinstance(table, Name), "the parser takes no other table"
        return domain.graded(fold(graded, domain), table.name)
    return domain.applied(node.op, [fold(a, domain) for a in node.args])


def _chosen(node: Apply, domain: Domain[T]) -> T:
    test, yes, no = node.args
    return domain.choose(fold(test, domain), lambda: fold(yes, domain), lambda: fold(no, domain))


class _Names(Domain[tuple[str, ...]]):
    """The names met."""

    def literal(self, literal: Literal) -> tuple[str, ...]:
        return ()

    def named(self, name: str) -> tuple[str, ...]:
        return (name,)

    def choose(
        self,
        test: tuple[str, ...],
        yes: Callable[[], tuple[str, ...]],
        no: Callable[[], tuple[str, ...]],
    ) -> tuple[str, ...]:
        return test + yes() + no()

    def graded(self, value: tuple[str, ...], table: str) -> tuple[str, ...]:
        return (*value, table)

    def applied(self, op: str, args: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(name for arg in args for name in arg)


_NAMES = _Names()


def names_in(node: Node) -> tuple[str, ...]:
    """Every name a formula uses, in order, with repeats."""
    return fold(node, _NAMES)
