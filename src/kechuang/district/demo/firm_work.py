"""Firms' own work: the year's return half-done, applications, records of the book's registers, forms
that somebody will go on with.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from kechuang.district.accounts.services import keep_form_draft
from kechuang.district.core.books import declared_registers
from kechuang.district.core.registers import REGISTERS, create, take
from kechuang.district.registry.services import applications
from kechuang.district.registry.services import years as firm_years

from .cast import Cast
from .stage import Stage

_INSTRUMENTS = (
    ("场发射扫描电镜", "YL-S48", "analysis", 620),
    ("三坐标测量机", "YL-M12", "measure", 310),
    ("高低温环境试验箱", "YL-H30", "physics", 86),
    ("超高效液相色谱仪", "YL-L21", "analysis", 145),
    ("五轴加工中心", "YL-W50", "process", 480),
    ("电池充放电测试柜", "YL-B96", "physics", 230),
    ("X射线光电子能谱仪", "YL-X07", "analysis", 710),
    ("激光共聚焦显微镜", "YL-G16", "analysis", 265),
)
_PRIZES = ("first", "second", "third", "merit")
_APPLIED = (  # (rank of the firm, rung, days ago, what became of it)
    (12, "gazelle", 34, "recommended"),
    (27, "young_eagle", 30, "returned"),
    (46, "gazelle", 18, "applied"),
    (63, "specialised_sme", 15, "recommended"),
    (88, "young_eagle", 8, "applied"),
    (104, "gazelle", 4, "applied"),
)


def stage_firms_work(stage: Stage, cast: Cast) -> None:
    """What firms and the bureau's people have begun."""
    for rank, rung, days, fate in _APPLIED:
        code = cast.made.firms[rank].party.code
        stage.at(stage.ago(days), _applying(stage, cast, code, (rung, fate)), 10)
    stage.at(stage.ago(3), _begin_year(cast), 10)
    stage.at(stage.ago(1), _applying(stage, cast, cast.firm, ("gazelle", "")), 16)
    held = {given.id for given in declared_registers()}
    if "open-instruments" in held:
        _stage_instruments(stage, cast)
    if "contest-results" in held:
        _stage_prizes(stage, cast)
    stage.at(stage.ago(0), lambda at: _keep_forms(cast, at), 8)


def _applying(
    stage: Stage, cast: Cast, code: str, what: tuple[str, str]
) -> Callable[[datetime], object]:
    rung, fate = what

    def act(at: datetime) -> None:
        firm = cast.known.firms[code]
        who = cast["enterprise" if code == cast.firm else "officer"]
        made = applications.apply(firm, rung, "材料已备齐，请审核", who, at)
        soon = min(at + timedelta(days=3), stage.now)
        if fate == "recommended":
            applications.recommend(made, cast["officer"], soon)
        elif fate == "returned":
            why = "请补知识产权证书的扫描件"
            applications.return_application(made, cast["officer"], soon, why)

    return act


def _begin_year(cast: Cast) -> Callable[[datetime], object]:
    """The enterprise has begun to fill in this year."""

    def act(at: datetime) -> None:
        firm, who = cast.known.firms[cast.firm], cast["enterprise"]
        made = firm_years.open_year(firm, at.year, who, at)
        given = {"销售收入": "5200万元", "研发费用": "318万元", "职工总数": "96人"}
        firm_years.save_year(made, given, "self", who, at)

    return act


def _stage_instruments(stage: Stage, cast: Cast) -> None:
    register = REGISTERS["registry.open-instruments"]
    holders = [p.code for p in cast.made.parties if p.kind in ("university", "institute")]
    for place, (name, model, kind, wan) in enumerate(_INSTRUMENTS):
        opened = stage.ago(900 - place * 97)
        values = {
            "number": f"YL-YQ-{place + 1:04d}",
            "name": name,
            "model": model,
            "holder": holders[place % len(holders)],
            "kind": kind,
            "price": wan * 1_000_000,
            "opened_on": opened.isoformat(),
            "hours": 300 + place * 45,
            "services": ["对外测试", "联合实验"],
        }
        stage.at(opened, _creating(cast, register, "record", values), 10)


def _stage_prizes(stage: Stage, cast: Cast) -> None:
    """Prizes: most brought in by a sheet, the last on their way through two persons' hands."""
    register = REGISTERS["registry.contest-results"]
    for place in range(12):
        firm = cast.made.firms[place * 9 + 2]
        day = stage.ago(700 - place * 60)
        values = {
            "number": f"YL-JX-{place + 1:04d}",
            "work": f"{firm.industry.removesuffix('相关产品与服务')}解决方案",
            "contest": f"{day.year} 年样例创新创业大赛",
            "level": ("district", "municipal", "national")[place % 3],
            "prize": _PRIZES[place % 4],
            "holder": firm.party.code if place < 8 else cast.firm,
            "awarded_on": day.isoformat(),
        }
        act = _creating(cast, register, "take_in", values)
        if place >= 8:
            act = _submitting(cast, register, values, examined=place < 10)
        stage.at(day + timedelta(days=4), act, 11)


def _creating(
    cast: Cast, register: Any, name: str, values: dict[str, Any]
) -> Callable[[datetime], object]:
    return lambda at: create(register, name, values, cast["officer"], at, sample=True)


def _submitting(
    cast: Cast, register: Any, values: dict[str, Any], *, examined: bool
) -> Callable[[datetime], object]:
    def act(at: datetime) -> None:
        made = create(register, "draft", values, cast["enterprise"], at, sample=True)
        take(register, "submit", made, {}, cast["enterprise"], at)
        if examined:
            take(register, "examine", made, {}, cast["officer"], at)

    return act


def _keep_forms(cast: Cast, at: datetime) -> None:
    """Forms that were kept half-done: they stand on their writers' desks."""
    demand = {"title": "喷涂线换色时间太长", "problem": "一次换色要停线四十分钟，溶剂用量也大。"}
    result = {"title": "低露点压缩空气节能干燥技术", "summary": "已完成样机，能耗数据待补。"}
    contract = {"name": "海水淡化装置能量回收改造技术服务合同", "kind": "service"}
    for who, place, typed in (
        ("enterprise", "demands/new/draft", demand),
        ("researcher", "achievements/new/draft", result),
        ("officer", "contracts/new/record", contract),
    ):
        keep_form_draft(cast.user(who).pk, place, urlencode(typed), at)
