"""Which indicator of the book a target of a document means: proposed side by side with unit and
definition, confirmed by a person, never taken from a name in silence.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kechuang.book.schemas import Indicator
from kechuang.district.core.books import current_book
from kechuang.engines.base.errors import Invalid
from kechuang.engines.planning import alike, printed
from kechuang.engines.text import comparable

NEW = "new"  # what a person says of a target that no indicator of the book measures
_MOST = 4


@dataclass(frozen=True)
class Tie:
    """An indicator that a target may mean; ``fits``: their units can be reckoned into each other."""

    indicator: Indicator
    fits: bool


def candidates(target: Mapping[str, Any]) -> list[Tie]:
    """The indicators whose title, or a name that others give it, holds the target's or is held by
    it; those of its unit and the longest first.
    """
    plain = _plain(str(target.get("name", "")))
    found: list[tuple[bool, int, Tie]] = []
    for indicator in current_book().indicators.values():
        near = [n for n in map(_plain, (indicator.title, *indicator.aliases)) if _near(n, plain)]
        if near:
            fits = _fits(target, indicator)
            found.append((not fits, -max(map(len, near)), Tie(indicator, fits)))
    return [tie for *_, tie in sorted(found, key=lambda f: f[:2])[:_MOST]]


def _plain(name: str) -> str:
    return re.sub(
        r"全区|全市|全省|全县|国家|有效|数量|总数|拥有量|数$|[“”\"()（）]", "", comparable(name)
    )


def _near(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) >= 4 and (one in other or other in one))


def _fits(target: Mapping[str, Any], indicator: Indicator) -> bool:
    unit = str(target.get("unit") or "")
    return not target.get("figure") or not unit or alike(unit, indicator.unit)


def tied_to(target: Mapping[str, Any]) -> Indicator | None:
    """The indicator that a person tied a target to."""
    return current_book().indicators.get(str(target.get("tie") or ""))


def value_of(target: Mapping[str, Any]) -> str:
    """The figure of a target in the unit of its indicator, "" for none.

    Raises:
        Invalid: The units cannot be reckoned into each other.
    """
    figure, indicator = str(target.get("figure") or ""), tied_to(target)
    if not figure or indicator is None:
        return figure
    return printed(f"{figure}{target.get('unit') or ''}", indicator.unit)


def unsettled(draft: Mapping[str, Any]) -> Iterator[Invalid]:
    """What keeps a draft from being a book: a target that may mean an indicator and of which
    nobody said so or not, and one tied to an indicator of another unit.
    """
    for target in (t for g in draft.get("groups", []) for t in g["targets"]):
        if not target.get("tie") and candidates(target):
            titles = [tie.indicator.title for tie in candidates(target)]
            yield Invalid("draft.tie_open", "tie", name=target["name"], titles=titles)
        elif indicator := tied_to(target):
            try:
                value_of(target)
            except Invalid:
                yield Invalid(
                    "draft.tie_unit",
                    "tie",
                    name=target["name"],
                    title=indicator.title,
                    given=target.get("unit") or "",
                    unit=indicator.unit,
                )
