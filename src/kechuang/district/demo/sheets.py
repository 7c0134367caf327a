"""Sheets on their way in: one that was written and left doubts, two that wait to be mended."""

import csv
import io
from collections.abc import Sequence

from kechuang.district.core import imports
from kechuang.simulation import Offer

from .cast import Cast

_RESULTS = (
    "成果名称",
    "成果简介",
    "关键词",
    "技术领域",
    "成熟度",
    "报价（万元）",
    "权利人信用代码",
)
_CONTRACTS = (
    "合同登记编号",
    "合同名称",
    "合同类别",
    "卖方信用代码",
    "买方信用代码",
    "合同成交额（万元）",
    "签订日期",
    "登记日期",
)


def bring_sheets(cast: Cast) -> None:
    """Upload the sheets of three colleagues; the worker checks those that it finds."""
    shown = [o for o in cast.made.offers if o.state == "published"]
    again = imports.upload(
        "achievements",
        "技术转移中心补报成果.csv",
        _sheet(_RESULTS, [_twin(o) for o in shown[-60::15]] + _new_results(cast)),
        cast["officer"],
        {"publish": True, "sample": True},
    )
    imports.check_now(again)
    again.refresh_from_db()
    if again.state == "checked" and not again.counts.get("wrong"):
        imports.confirm(again, cast["officer"])
        again.refresh_from_db()
        imports.apply_now(again)
    imports.upload(
        "achievements", "本校成果待修.csv", _sheet(_RESULTS, _half_right(cast)), cast["researcher"]
    )
    imports.upload(
        "contracts", "十一月合同登记.csv", _sheet(_CONTRACTS, _odd_contracts(cast)), cast["officer"]
    )


def _sheet(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(head)
    writer.writerows(rows)
    return made.getvalue().encode("utf-8-sig")


def _twin(offer: Offer) -> tuple[object, ...]:
    """The same name with another text: a person will have to look."""
    text = f"{offer.summary}补充：已在第二个用户处试用。"
    return (offer.title, text, "、".join(offer.keywords), offer.field, 7, 120, offer.owner)


def _new_results(cast: Cast) -> list[tuple[object, ...]]:
    owner = cast.university
    return [
        (
            f"面向{use}的边缘侧振动诊断终端",
            f"在{use}实测三个月，误报率低于百分之二，可离线运行。",
            "振动、边缘计算",
            "电子信息",
            6,
            85,
            owner,
        )
        for use in ("泵站", "风机", "冷库")
    ]


def _half_right(cast: Cast) -> list[tuple[object, ...]]:
    """Four rows that are right and four that are not."""
    owner, field = cast.university, "新材料"
    good = [
        (
            f"低温固化导电胶配方（{grade}）",
            "八十度三十分钟固化，体积电阻率达标。",
            "导电胶",
            field,
            5,
            60,
            owner,
        )
        for grade in ("甲", "乙", "丙", "丁")
    ]
    bad = [
        ("", "没有写名称的一行。", "", field, 5, 60, owner),
        ("高熵合金粉末制备", "成熟度写错了。", "高熵合金", field, "十二级", 60, owner),
        ("可降解骨钉", "报价写成了文字。", "骨钉", "生物与新医药", 6, "面议另谈", owner),
        ("水系锌电池隔膜", "信用代码少一位。", "锌电池", "新能源与节能", 4, 45, owner[:-1]),
    ]
    return [*good, *bad]


def _odd_contracts(cast: Cast) -> list[tuple[object, ...]]:
    """Two rows that are right, one with its days in the wrong order, one with a kind of its own."""
    first, second, third = (f.party.code for f in cast.made.firms[40:43])
    day = cast.made.today
    seller = cast.university
    last = day.replace(day=1)
    rows: list[tuple[object, ...]] = [
        (
            f"YL-{day.year}-B{n:04d}",
            f"产线节能改造技术服务合同（{n}）",
            "技术服务",
            seller,
            buyer,
            36.5,
            last,
            last,
        )
        for n, buyer in ((1, first), (2, second))
    ]
    early = last.replace(year=last.year - 1)
    rows.append(
        (f"YL-{day.year}-B0003", "膜组件寿命评估合同", "技术咨询", seller, third, 12, last, early)
    )
    rows.append((f"YL-{day.year}-B0004", "设备租赁合同", "租赁", seller, third, 8.8, last, last))
    return rows
