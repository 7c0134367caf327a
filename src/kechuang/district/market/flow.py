"""How far demands have come, by field: asked, introduced, agreed, under contract."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from kechuang.district.core.actor import Actor

from .queries import achievements_visible_to, demands_visible_to

_REACHED = ("agreed", "contracted")


@dataclass(frozen=True)
class Stages:
    """Demands of one field (or all) that came so far, each stage within the one before;
    ``offers`` are the field's published achievements, ``open`` the demands still asked for.
    """

    area: str
    offers: int
    open: int
    demands: int
    introduced: int
    agreed: int
    contracted: int

    @property
    def untouched(self) -> bool:
        """Somebody asks, and nobody was ever introduced."""
        return self.demands > 0 and self.introduced == 0


def stages_by_area(actor: Actor) -> list[Stages]:
    """Each field with its demands (published or done with) and published achievements, the one
    with the most demands first: two queries.
    """
    offers = achievements_visible_to(actor).filter(state="published").order_by()
    by_area = dict(offers.values_list("area").annotate(n=Count("id")))
    rows = (
        demands_visible_to(actor)
        .filter(state__in=("published", "paused", "closed"))
        .order_by()
        .values_list("area")
        .annotate(
            demands=Count("id", distinct=True),
            open=Count("id", distinct=True, filter=Q(state="published")),
            introduced=Count("id", distinct=True, filter=Q(introductions__isnull=False)),
            agreed=Count("id", distinct=True, filter=Q(introductions__state__in=_REACHED)),
            contracted=Count("id", distinct=True, filter=Q(introductions__state="contracted")),
        )
    )
    found = [
        Stages(area, by_area.pop(area, 0), still, demands, introduced, agreed, contracted)
        for area, demands, still, introduced, agreed, contracted in rows
    ]
    found += [Stages(area, n, 0, 0, 0, 0, 0) for area, n in by_area.items()]
    return sorted(found, key=lambda s: (-s.demands, s.area))


def whole(found: Sequence[Stages]) -> Stages:
    """All fields together."""
    names = ("offers", "open", "demands", "introduced", "agreed", "contracted")
    return Stages("", *(sum(getattr(s, n) for s in found) for n in names))
