"""How many firms stand on each rung, as one picture that is also the way to each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.book.schemas import Rung
from kechuang.district.registry.models import Firm
from kechuang.district.registry.queries import in_force


@dataclass(frozen=True)
class RungBar:
    """A rung with the firms that hold it, its length in hundredths of all firms."""

    rung: Rung
    count: int
    length: float


def rung_bars(firms: Sequence[Firm], rungs: Sequence[Rung], day: date) -> list[RungBar]:
    """Every rung, lowest first; a firm counts once on each. The recognitions come with the firms."""
    held = Counter(
        rung
        for f in firms
        for rung in {
            r.rung for r in f.recognitions.all() if r.state == "recorded" and in_force(r, day)
        }
    )
    whole = len(firms) or 1
    return [RungBar(r, held[r.id], round(100 * held[r.id] / whole, 1)) for r in rungs]
