"""The order in which a history is written: by its moments, so that the ledger tells it as it went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

Act = Callable[[datetime], object]
_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Stage:
    """What will be done, each at its moment; nothing after ``now``."""

    now: datetime
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.astimezone(_ZONE).date()

    def ago(self, days: int) -> date:
        """The day so many days ago."""
        return self.today - timedelta(days=days)

    def at(self, day: date, act: Act, hour: int = 9) -> None:
        """Do something on a day, at an hour of it; what is done on one hour keeps its order."""
        moment = min(datetime.combine(day, time(hour), _ZONE), self.now)
        self.acts.append((moment, len(self.acts), act))

    def play(self) -> None:
        """Do it all, in the order of the moments."""
        for moment, _, act in sorted(self.acts, key=itemgetter(0, 1)):
            act(moment)
