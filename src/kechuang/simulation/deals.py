"""Technology contracts: their sum follows a district's way to its target, year by year."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from .calendar import day_in, month_end
from .market import Choices, there
from .shapes import Deal, Firm
from .topics import TOPICS

DEALS = 2000
WAITING = 18  # contracts that are signed and not yet registered, at scale 1
# turnover of whole years of the history in 亿元; the last goes on
TURNOVER = (33.6, 42.3, 50.8, 78.4, 104.9, 136.7, 168.0)
_COUNTS = (0.105, 0.120, 0.132, 0.145, 0.160, 0.175, 0.190)
_MONTHS = (3, 3, 6, 6, 7, 9, 6, 7, 9, 8, 11, 25)
_KINDS = ("development", "development", "service", "service", "licence", "transfer", "consulting")
_CALLED = {
    "development": "技术开发",
    "service": "技术服务",
    "licence": "专利实施许可",
    "transfer": "专利权转让",
    "consulting": "技术咨询",
}
_STEP = 10_000  # amounts are whole hundreds of yuan
_YI = 10_000_000_000  # fen in a hundred million yuan


def deals(
    firms: Sequence[Firm],
    owners: Mapping[int, Choices],
    first: int,
    today: date,
    scale: int,
    dice: Random,
) -> Iterator[Deal]:
    """Contracts in the order of their days of registration; those that wait stand last."""
    buyers: dict[int, list[tuple[str, date]]] = {}
    for firm in firms:
        buyers.setdefault(firm.party.topic, []).append((firm.party.code, firm.founded_on))
    everybody = [(f.party.code, f.founded_on) for f in firms]
    for year in range(first, today.year + 1):
        yield from _year(year, first, today, scale, (owners, buyers, everybody), dice)
    for _ in range(WAITING * scale):
        signed = day_in(today - timedelta(days=40), today - timedelta(days=1), dice)
        yield _deal("", signed, None, _amount(dice), (owners, buyers, everybody), dice)


Sides = tuple[Mapping[int, Choices], Mapping[int, Choices], Choices]


def _year(
    year: int, first: int, today: date, scale: int, sides: Sides, dice: Random
) -> Iterator[Deal]:
    place = min(year - first, len(TURNOVER) - 1)
    count = round(DEALS * scale * _COUNTS[place])
    months = sorted(dice.choices(range(1, 13), _MONTHS, k=count))
    raw = [_amount(dice) for _ in months]
    goal = round(TURNOVER[place] * _YI * scale)
    amounts = [fen * goal // sum(raw) // _STEP * _STEP or _STEP for fen in raw]
    days = sorted(day_in(date(year, m, 1), month_end(year, m), dice) for m in months)
    for number, (day, fen) in enumerate(zip(days, amounts, strict=True), 1):
        if day <= today:
            signed = day - timedelta(days=dice.randrange(4, 46))
            yield _deal(f"YL-{year}-{number:06d}", signed, day, fen, sides, dice)


def _amount(dice: Random) -> int:
    """What contracts are worth beside one another: many small ones, few very large."""
    return max(30_000_00, int(dice.lognormvariate(18.6, 1.35))) // _STEP * _STEP


def _deal(
    number: str, signed: date, registered: date | None, fen: int, sides: Sides, dice: Random
) -> Deal:
    owners, buyers, everybody = sides
    place = dice.randrange(len(TOPICS))
    topic, kind = TOPICS[place], dice.choice(_KINDS)
    seller = there(owners[place], signed, dice)
    near = buyers.get(place) or everybody
    buyer = there(near if dice.random() < 0.7 else everybody, signed, dice)
    while buyer == seller:
        buyer = there(everybody, signed, dice)
    share = 1.0 if kind in ("licence", "transfer") else dice.uniform(0.45, 1.0)
    name = f"{dice.choice(topic.things)}{dice.choice(topic.ways)}{_CALLED[kind]}合同"
    technology = int(fen * share) // _STEP * _STEP
    return Deal(number, name, kind, seller, buyer, fen, technology, signed, registered)
