"""ladder.yaml: the rungs of firms; firm_facts.yaml: what a firm reports each year, and which
inputs of rules it feeds.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said
from kechuang.engines.rules import Policy, Rule, parse
from kechuang.engines.rules.facts import Feed
from kechuang.engines.rules.fold import names_in

from .desk import Desk, unique
from .inputs import read_input, strange
from .lines import Lined
from .policies import FIRST
from .schemas import Fact, Rung, Source
from .sheets import Column

FACT_KEYS = {"英文", "单位", "范围", "区间", "组", "保密", "沿用", "突变", "别名", "来源", "说明"}
FEED_KEYS = {"年报", "往前", "近", "成立", "至", "成立当年", "持有", "未曾", "登记册"}


def read_ladder(at: Lined, desk: Desk) -> dict[str, Rung]:
    """Rungs by id."""
    rows = desk.rows(at, "rungs")
    unique(desk, rows, "id")
    return {r["id"]: _rung(r, desk) for r in rows if "id" in r}


def _rung(at: Lined, desk: Desk) -> Rung:
    names = []
    for row in desk.rows(at, "names"):
        since = desk.day(row, "from")
        if since:
            names.append((since, desk.text(row, "name"), desk.text(row, "name_en")))
    if not names:
        desk.complain(at, "names", "names 至少写一个名称：{from: 2021-07-09, name: …, name_en: …}")
        return Rung(str(at["id"]), 0, (), "stock", None, "", "", "")
    months = desk.whole(at, "months") if at.get("months") is not None else None
    return Rung(
        desk.text(at, "id"),
        desk.whole(at, "order"),
        tuple(sorted(names)),
        desk.one_of(at, "counts", ("flow", "stock")),
        months,
        desk.optional(at, "rule"),
        desk.one_of(at, "recognised_by", ("state", "city", "district")),
        desk.text(at, "source"),
        desk.optional(at, "note"),
        desk.optional(at, "counts_in"),
        _month_day(at, desk),
        desk.texts(at, "aliases"),
    )


def _month_day(at: Lined, desk: Desk) -> str:
    text = desk.optional(at, "update_by")
    if text and not re.fullmatch(r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", text):
        desk.complain(at, "update_by", f"update_by 应为月-日，如 09-30，此处是“{text}”")
        return ""
    return text


def read_facts(at: Lined, desk: Desk) -> tuple[dict[str, Fact], dict[str, Rule], dict[str, Feed]]:
    """Yearly facts, plausibility rules named by their question, and feeds by input."""
    facts = {n: f for n, row in _rows(at, "年报", desk) if (f := _fact(n, row, desk))}
    asks: dict[str, Rule] = {}
    for name, row in _rows(at, "核对", desk):
        try:
            asks[name] = Rule(
                name,
                "是否",
                ((FIRST, str(row.get("公式")), parse(str(row.get("公式")))),),
                desk.text(row, "问"),
                desk.text(row, "英文"),
            )
        except Invalid as e:
            desk.complain(row, "公式", Said("rules.named", name=name, error=e.words))
    feeds = {n: _feed(n, row, desk) for n, row in _rows(at, "供给", desk)}
    return facts, asks, feeds


def _rows(at: Lined, key: str, desk: Desk) -> list[tuple[str, Lined]]:
    held = at.get(key) or Lined()
    if not isinstance(held, Lined):
        desk.complain(at, key, f"{key} 应为“名称: {{…}}”")
        return []
    for name, row in held.items():
        if not isinstance(row, Lined):
            desk.complain(held, name, f"“{name}”后面应为 {{…}}")
    return [(n, r) for n, r in held.items() if isinstance(r, Lined)]


def _fact(name: str, at: Lined, desk: Desk) -> Fact | None:
    strange(at, FACT_KEYS, desk)
    given = read_input(name, at, desk)
    if given is None:
        return None
    jump = desk.whole(at, "突变") if "突变" in at else 0
    return Fact(
        given,
        desk.text(at, "英文"),
        desk.text(at, "组"),
        at.get("保密") in ("是", True),
        at.get("沿用") in ("是", True),
        jump,
        desk.texts(at, "别名"),
    )


def _feed(name: str, at: Lined, desk: Desk) -> Feed:
    strange(at, FEED_KEYS, desk)
    since = desk.one_of(at, "成立", ("天", "个月")) if "成立" in at else ""
    back, years = (desk.whole(at, k) if k in at else d for k, d in (("往前", 0), ("近", 1)))
    feed = Feed(
        name,
        desk.optional(at, "年报"),
        back,
        years,
        since,
        at.get("至") == "上年末",
        at.get("成立当年") in ("是", True),
        desk.optional(at, "持有"),
        desk.optional(at, "未曾"),
        desk.optional(at, "登记册"),
    )
    if (
        sum(
            bool(x)
            for x in (feed.fact, feed.since, feed.same_year, feed.holds, feed.never, feed.register)
        )
        != 1
    ):
        desk.complain(at, name, f"“{name}”写 年报、成立、成立当年、持有、未曾、登记册 之一")
    return feed


def counted_feeds(feeds: Mapping[str, Feed], facts: Mapping[str, Fact]) -> dict[str, Feed]:
    """Feeds that know whether their fact is money or a number of things."""
    return {
        n: replace(f, counts=f.fact in facts and facts[f.fact].given.unit in ("元", "项", "件"))
        for n, f in feeds.items()
    }


def fact_column(fact: Fact) -> Column:
    """The column of a fact in the sheet of yearly returns; 万元 in the heading is read as such."""
    unit = fact.given.unit
    heading = fact.title if unit == "是否" else f"{fact.title}（{unit}）"
    return Column(fact.title, heading, "fact", (fact.title, *fact.aliases), width=18, unit=unit)


def check_firms(
    ladder: Mapping[str, Rung],
    facts: Mapping[str, Fact],
    asks: Mapping[str, Rule],
    feeds: Mapping[str, Feed],
    policies: Mapping[str, Policy],
    sources: Mapping[str, Source],
) -> list[tuple[str, str, str]]:
    """(file, name to look for, words) of every reference that leads nowhere."""
    found: list[tuple[str, str, str]] = []
    rules = {n for p in policies.values() for n in p.rules}
    inputs = {n: i for p in policies.values() for n, i in p.inputs.items()}
    for rung in ladder.values():
        if rung.counts_in and rung.counts_in not in ladder:
            found.append(("ladder.yaml", f"id: {rung.id}", f"ladder.yaml 里没有“{rung.counts_in}”"))
        if rung.rule and rung.rule not in rules:
            found.append(("ladder.yaml", f"id: {rung.id}", f"没有规则“{rung.rule}”"))
        if rung.source not in sources:
            found.append(
                ("ladder.yaml", f"id: {rung.id}", f"sources.yaml 里没有来源“{rung.source}”，请登记")
            )
    for name, ask in asks.items():
        for used in names_in(ask.versions[0][2]):  # type: ignore[arg-type]
            if used not in facts:
                words = f"“{name}”：年报里没有“{used}”"
                found.append(("firm_facts.yaml", name, words))
    for name, feed in feeds.items():
        found += [
            ("firm_facts.yaml", name, words) for words in _feed_faults(feed, ladder, facts, inputs)
        ]
    return found


def _feed_faults(
    feed: Feed, ladder: Mapping[str, Rung], facts: Mapping[str, Fact], inputs: Mapping[str, object]
) -> list[str]:
    if feed.input not in inputs:
        return [f"供给 里的“{feed.input}”不是任何政策的输入"]
    if feed.fact and feed.fact not in facts:
        return [f"“{feed.input}”：年报里没有“{feed.fact}”"]
    if feed.fact and facts[feed.fact].given.unit != getattr(inputs[feed.input], "unit", ""):
        return [f"“{feed.input}”与“{feed.fact}”单位不同"]
    rung = feed.holds or feed.never
    return [f"ladder.yaml 里没有“{rung}”"] if rung and rung not in ladder else []
