"""Organisations, firms, the rungs they climb and what they report each year."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from . import words
from .calendar import day_in, years_later
from .shapes import Certificate, Firm, Ground, Party, Year
from .topics import TOPICS

FIRMS = 640
_OLD = 0.82  # of the firms were there when the history begins
# shares of all firms by year of the history; the last goes on
_HIGH_TECH = (0.735, 0.780, 0.814, 0.842, 0.866, 0.884, 0.896)
_ENTERED = {
    "young_eagle": (0.361, 0.402, 0.438, 0.430, 0.404, 0.366, 0.322),
    "gazelle": (0.028, 0.034, 0.041, 0.043, 0.045, 0.048, 0.039),
    "sme": (0.0, 0.0, 0.0, 0.0, 0.560, 0.610, 0.640),
}
_ENTRY_MONTHS = {"young_eagle": (4, 11), "gazelle": (5, 10), "sme": (3, 9)}
_LEADING = (0.0047, 0.0063, 0.0110, 0.0110, 0.0125, 0.0141, 0.0141)
_BATCHES = ((10, 28), (11, 25), (12, 8))
_PREFIX = {"high_tech": "GR", "young_eagle": "CY", "gazelle": "DL", "sme": "KX", "leading": "LJ"}
_SPECIALISED, _LITTLE_GIANTS = 0.09, 0.014


def _of(shares: Sequence[float], place: int, whole: int) -> int:
    return round(shares[min(place, len(shares) - 1)] * whole)


def bodies() -> list[Party]:
    """The bureau, the centre, universities, institutes and agencies: the same in every district."""
    made = [
        Party(words.credit_code("12120112", 1), "区科技局", "bureau", 0),
        Party(words.credit_code("12120112", 2), "区科技创新运营中心", "centre", 0),
    ]
    groups = (
        ("12120000", 100, words.UNIVERSITIES, "university"),
        ("12120112", 200, words.INSTITUTES, "institute"),
        ("91120112", 9_999_000, words.AGENCIES, "agency"),
    )
    for head, start, names, kind in groups:
        for place, name in enumerate(names):
            made.append(Party(words.credit_code(head, start + place), name, kind, place))
    return made


def firms(ground: Ground, first: int, today: date, scale: int, dice: Random) -> Iterator[Firm]:
    """Firms, those that climb the ladder first in front."""
    whole = FIRMS * scale
    old = round(whole * _OLD)
    for rank in range(whole):
        place = dice.randrange(len(TOPICS))
        topic = TOPICS[place]
        if rank < old:
            early = 4 if rank < whole * _HIGH_TECH[0] else 1
            year = first - early - int(12 * dice.random() ** 1.4)
        else:
            year = first + (rank - old) * (today.year - first) // (whole - old)
        founded = day_in(date(year, 1, 5), date(year, 12, 20), dice)
        name = words.firm_name(rank, topic.trade, dice)
        former = (name.replace("天津", "天津市").replace("股份", ""),) if rank % 23 == 5 else ()
        code = words.credit_code("91120112", rank + 1)
        yield Firm(
            Party(code, name, "enterprise", place, former),
            rank,
            dice.choice(ground.towns),
            dice.choice(ground.parks) if ground.parks and dice.random() < 0.6 else "",
            f"{topic.name}相关产品与服务",
            founded,
            max(6, min(1800, round(dice.lognormvariate(3.9, 0.8)))),
        )


def certificates(
    held: Sequence[Firm], first: int, today: date, dice: Random
) -> Iterator[Certificate]:
    """Every rung of every firm up to today, by year."""
    count = 0
    for year in range(first, today.year + 1):
        there = [f for f in held if f.founded_on.year < year]
        made: list[Certificate] = []
        for rung in _ENTERED:
            made += _entries(rung, there, len(held), year - first, year, dice)
        made += _leading(there, len(held), year - first, year)
        made += _specialised(there, len(held), year, first)
        made += _high_tech(there, len(held), year, first, dice)
        for found in sorted(made, key=lambda c: c.valid_from):
            count += 1
            if found.valid_from <= today:
                yield Certificate(
                    found.code,
                    found.rung,
                    f"YL-{_PREFIX.get(found.rung, 'ZT')}{year}-{count:06d}",
                    found.valid_from,
                    found.valid_until,
                )


def _entries(
    rung: str, there: Sequence[Firm], whole: int, place: int, year: int, dice: Random
) -> list[Certificate]:
    """Those that enter in a year: the young first, then others."""
    wanted = min(_of(_ENTERED[rung], place, whole), len(there))
    if rung == "sme":
        chosen = dice.sample(list(there), wanted)
    else:
        young = [f for f in there if year - f.founded_on.year <= 8]
        rest = [f for f in there if year - f.founded_on.year > 8]
        dice.shuffle(young)
        chosen = (young + rest)[:wanted] if rung == "young_eagle" else young[-wanted:]
    early, late = _ENTRY_MONTHS[rung]
    days = (day_in(date(year, early, 10), date(year, late, 28), dice) for _ in chosen)
    ends = date(year, 12, 31) if rung == "sme" else None
    return [Certificate(f.party.code, rung, "", d, ends) for f, d in zip(chosen, days, strict=True)]


def _leading(there: Sequence[Firm], whole: int, place: int, year: int) -> list[Certificate]:
    """The largest, a few more each year, for good."""
    before = _of(_LEADING, place - 1, whole) if place else 0
    chosen = sorted(there[: whole // 2], key=lambda f: (-f.staff, f.rank))
    new = chosen[before : _of(_LEADING, place, whole)]
    return [Certificate(f.party.code, "leading", "", date(year, 9, 15), None) for f in new]


def _specialised(there: Sequence[Firm], whole: int, year: int, first: int) -> list[Certificate]:
    """Specialised firms and little giants, for three years, from the third year of the history."""
    made = []
    for rung, share, day in (
        ("specialised_sme", _SPECIALISED, date(year, 8, 20)),
        ("little_giant", _LITTLE_GIANTS, date(year, 9, 1)),
    ):
        for firm in there[: round(whole * share)]:
            if year >= first + 2 and (year - firm.rank) % 3 == 0:
                until = years_later(day, 3) - timedelta(days=1)
                made.append(Certificate(firm.party.code, rung, "", day, until))
    return made


def _high_tech(
    there: Sequence[Firm], whole: int, year: int, first: int, dice: Random
) -> list[Certificate]:
    """Those whose turn it is, and those whose three years are over; a few do not come again."""
    made = []
    quota = _of(_HIGH_TECH, year - first, whole)
    before = _of(_HIGH_TECH, year - first - 1, whole) if year > first else 0
    for firm in there:
        began = _first_year(firm, whole, first)
        new = before <= firm.rank < quota
        again = firm.rank < before and (year - began) % 3 == 0 and dice.random() >= 0.015
        if not new and not again:
            continue
        day = date(began if new else year, *_BATCHES[firm.rank // 3 % len(_BATCHES)])
        until = years_later(day, 3) - timedelta(days=1)
        made.append(Certificate(firm.party.code, "high_tech", "", day, until))
    return made


def _first_year(firm: Firm, whole: int, first: int) -> int:
    """The year of a firm's first certificate; of those that never climb, one that never comes."""
    turns = (first + n for n in range(len(_HIGH_TECH)) if firm.rank < _of(_HIGH_TECH, n, whole))
    year = next(turns, date.max.year)
    return first - 2 + firm.rank % 3 if year == first else year


def years(firm: Firm, first: int, today: date, dice: Random) -> Iterator[Year]:
    """A firm's returns of the five years before this one (and of its own first)."""
    growth = dice.gauss(0.09, 0.10)
    head = dice.uniform(48, 165)  # ten thousand yuan of sales a person
    rates = dice.uniform(0.045, 0.13), dice.uniform(0.11, 0.38)
    if dice.random() < 0.08:
        rates = dice.uniform(0.012, 0.028), rates[1]
    start = max(first, today.year - 5, firm.founded_on.year + 1)
    for year in range(start, today.year):
        back = today.year - 1 - year
        staff = max(4, round(firm.staff / (1 + growth * 0.6) ** back))
        sales = max(
            30, round(staff * head * (1 + growth * 0.5) ** -back * dice.uniform(0.93, 1.07))
        )
        state, day = _handed_in(firm, year, today, dice)
        yield Year(firm.party.code, year, _facts(firm, staff, sales, rates, dice), state, day)


def _handed_in(firm: Firm, year: int, today: date, dice: Random) -> tuple[str, date]:
    """What became of a return; of the last year some are still on their way."""
    day = day_in(date(year + 1, 2, 10), date(year + 1, 4, 28), dice)
    if year < today.year - 1:
        return "accepted", min(day, today)
    place = firm.rank % 25
    state = {3: "submitted", 7: "submitted", 11: "draft", 19: "returned"}.get(place, "accepted")
    lately = max(date(year + 1, 1, 1), today - timedelta(days=40))
    late = day_in(lately, today, dice)
    return state, min(day, today) if state == "accepted" else late


def _facts(
    firm: Firm, staff: int, sales: int, rates: tuple[float, float], dice: Random
) -> dict[str, str]:
    """A year's facts; ``sales`` in ten thousand yuan, ``rates`` of research and technical staff."""
    research = round(sales * rates[0] * dice.uniform(0.92, 1.1))
    first, second = dice.choice((0, 1, 2, 3, 5)), dice.randrange(2, 18)
    amounts = {
        "销售收入": sales,
        "总收入": round(sales * 1.012),
        "高新产品收入": round(sales * dice.uniform(0.62, 0.9)),
        "净资产": round(sales * dice.uniform(0.4, 0.8)),
        "资产总额": round(sales * dice.uniform(0.9, 1.4)),
        "成本费用支出": round(sales * dice.uniform(0.82, 0.97)),
        "研发费用": research,
        "境内研发费用": round(research * 0.97),
    }
    marks = dice.randrange(18, 27), dice.randrange(11, 18)
    return {
        **{name: f"{value}万元" for name, value in amounts.items()},
        "科技成果转化项数": f"{dice.randrange(2, 9)}项",
        "知识产权得分": f"{marks[0]}分,{marks[0] + 2}分",
        "组织管理得分": f"{marks[1]}分,{marks[1] + 2}分",
        "职工总数": f"{staff}人",
        "科技人员": f"{max(1, round(staff * rates[1]))}人",
        "一类知识产权": f"{first}项",
        "二类知识产权": f"{second}项",
        "有效知识产权": f"{first + second}项",
        "单笔创投额": dice.choice(("0元", "0元", "0元", "0元", "500万元", "2000万元")),
        **_YES,
        **_NO,
        "参与制定标准": "是" if firm.rank % 7 == 2 else "否",
        "省级赛事获奖": "是" if firm.rank % 11 == 4 else "否",
        "科技计划立项": "是" if firm.rank % 9 == 1 else "否",
    }


_YES = dict.fromkeys(
    ("技术属重点领域", "核心知识产权", "境内注册居民企业", "天津注册独立法人", "按销售收入评研发"),
    "是",
)
_NO = dict.fromkeys(
    "产品属禁限淘汰 重大安全事故 重大质量事故 严重环境违法 事故或严重失信 列入异常失信名单 科研严重失信 国家科技奖励 "
    "省部级研发机构 主导制定标准 软件企业证书 软件产品证书 国家赛事获奖 天津市高企证书 省部级科技奖励".split(),
    "否",
)
