"""Introductions are searched like records of the kit, though they are none of them."""

from kechuang.district.core.search import Source, declare
from kechuang.district.market import queries
from kechuang.district.market.models import Introduction
from kechuang.engines.search import Face, Text


def _faces(found: Introduction) -> list[Face]:
    """By the two that are brought together, for who sees the introduction."""
    demand, achievement = found.demand, found.achievement
    text = Text(
        f"{demand.title} ↔ {achievement.title}",
        (*demand.keywords, *achievement.keywords),
        f"{demand.whole_text}。{achievement.whole_text}。{found.broker_name}",
        (demand.reference or "", achievement.reference or ""),
    )
    return [Face(queries.introduction_keys(found), text, frozenset({f"state={found.state}"}))]


declare(
    Source(
        "market.introduction",
        lambda: Introduction.objects.select_related("demand__owner", "achievement__owner"),
        _faces,
        {"market.demand": ("demand_id",), "market.achievement": ("achievement_id",)},
    )
)
