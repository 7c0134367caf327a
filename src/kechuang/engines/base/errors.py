"""The one tree of errors. Every refusal carries words for a person, a code for a program, facts for both."""

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal that a person can act on.

    Args:
        words: One sentence for the person, saying what to do (Chinese, the source language).
        code: A stable name for programs, e.g. ``"market.not_published"``.
        facts: What the sentence was made of, JSON-able.
    """

    status = 400
    default_code = "error"

    def __init__(
        self, words: str, code: str = "", facts: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(words)
        self.words = words
        self.code = code or self.default_code
        self.facts = dict(facts or {})


class NotAllowed(DomainError):
    """The person may see the thing, but may not do this to it."""

    status = 403
    default_code = "not_allowed"


class NotFound(DomainError):
    """There is no such thing, or it does not exist for this person."""

    status = 404
    default_code = "not_found"


class WrongState(DomainError):
    """The thing is not in a state from which this step starts."""

    status = 409
    default_code = "wrong_state"


class Stale(DomainError):
    """Somebody changed the thing since this person opened it."""

    status = 409
    default_code = "stale"


class Invalid(DomainError):
    """A value cannot be accepted. ``field`` names it ("" for the whole)."""

    status = 422
    default_code = "invalid"

    def __init__(
        self,
        words: str,
        field: str = "",
        code: str = "",
        facts: Mapping[str, object] | None = None,
        proposals: tuple[str, ...] = (),
    ) -> None:
        super().__init__(words, code, {"field": field, **(facts or {})})
        self.field = field
        self.proposals = proposals


class InvalidForm(Invalid):
    """Several fields are wrong at once; ``errors`` holds one Invalid each."""

    def __init__(self, errors: list[Invalid]) -> None:
        super().__init__("；".join(e.words for e in errors), errors[0].field if errors else "")
        self.errors = errors
