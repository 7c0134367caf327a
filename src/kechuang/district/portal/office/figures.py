"""What the pages of reported figures, and of what is said to be complete, have of their own: the
indicator, and what a new one begins with.
"""

from collections.abc import Mapping
from typing import Any

from kechuang.district.core.actor import Actor
from kechuang.district.core.books import current_book
from kechuang.district.plan.registers import COMPLETENESS, FIGURES
from kechuang.district.plan.services import place_name
from kechuang.district.portal.registers.own import OWN, Given, Own


def _page(actor: Actor, figure: Any) -> Given:
    return {"indicator": current_book().indicators.get(figure.indicator)}


def _carried(actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """The indicator on whose page somebody asked to report a figure."""
    given = asked.get("indicator", "")
    return {"indicator": given} if given in current_book().indicators else {}


def _prefill(actor: Actor, carried: Given) -> Given:
    return {"place": place_name(current_book()), **carried}


def _same(actor: Actor, carried: Given) -> Given:
    return carried


OWN[FIGURES.name] = Own(page_facts=_page, carried=_carried, prefill=_prefill)
OWN[COMPLETENESS.name] = Own(carried=_carried, prefill=_same)
