"""The one tree of errors.

Every refusal is a code for a program, facts for both, and a sentence for a person.
"""

from typing import Any, Self

from .sayings import Said


class DomainError(Exception):
    """A refusal that a person can act on.

    Args:
        code: A stable name, e.g. ``"listing.who_checks"``; its sentences stand in the catalogue
            of refusals.
            What was said already (a permission's why) is taken as it is.
        facts: What the sentence is made of, JSON-able.
    """

    status = 400

    def __init__(self, code: str | Said, /, **facts: Any) -> None:
        self.words = code if isinstance(code, Said) else Said(code, **facts)
        super().__init__(str(self.words))

    @property
    def code(self) -> str:
        """A stable name for programs."""
        return self.words.code

    @property
    def facts(self) -> dict[str, Any]:
        """What the sentence is made of."""
        return dict(self.words.facts)


class NotAllowed(DomainError):
    """The person may see the thing, but may not do this to it."""

    status = 403


class NotSignedIn(NotAllowed):
    """Nobody is known to be asking, and nobody unknown may do this."""

    status = 401


class NotFound(DomainError):
    """There is no such thing, or it does not exist for this person."""

    status = 404


class WrongState(DomainError):
    """The thing is not in a state from which this step starts."""

    status = 409


class Stale(DomainError):
    """Somebody changed the thing since this person opened it."""

    status = 409


class Invalid(DomainError):
    """A value cannot be accepted.

    ``field`` names it ("" for the whole); ``proposals`` what may be meant.
    """

    status = 422

    def __init__(
        self,
        code: str | Said,
        /,
        field: str = "",
        *,
        proposals: tuple[str, ...] = (),
        **facts: Any,
    ) -> None:
        super().__init__(code, **facts)
        self.field = field
        self.proposals = proposals

    @property
    def facts(self) -> dict[str, Any]:
        """What the sentence is made of, and the field."""
        return {"field": self.field, **self.words.facts}

    def at(self, field: str) -> Self:
        """The same refusal at another field."""
        return type(self)(self.words, field, proposals=self.proposals)


class TooMany(DomainError):
    """The same caller came too often; ``seconds`` says how long to wait."""

    status = 429


class InvalidForm(Invalid):
    """Several fields are wrong at once; ``errors`` holds one Invalid each."""

    def __init__(self, errors: list[Invalid]) -> None:
        super().__init__(
            "form.invalid", errors[0].field if errors else "", errors=[e.words for e in errors]
        )
        self.errors = errors


class Questioned(InvalidForm):
    """Nothing is wrong for certain, but a person is asked whether it is meant so; said to be sure
    of it, he goes on.
    """
