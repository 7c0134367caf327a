"""What policies and firms' facts share: named entries, units, amounts, inputs, relations and
their aggregates.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from kechuang.engines.base.errors import Invalid
from kechuang.engines.rules import Input, parse, quantity
from kechuang.engines.rules.fold import names_in
from kechuang.engines.rules.language import FUNCTIONS
from kechuang.engines.rules.packs import Aggregate, Relation
from kechuang.engines.rules.units import same_unit
from kechuang.engines.rules.values import UNITS

from .desk import Desk
from .lines import Lined


def rows_of(at: Lined, key: str, desk: Desk) -> Iterable[tuple[str, Lined]]:
    """The named entries under a key."""
    held = at.get(key) or Lined()
    if not isinstance(held, Lined):
        desk.complain(at, key, f"{key} 应为“名称: {{…}}”")
        return []
    return all_rows(held, desk)


def all_rows(at: Lined, desk: Desk) -> list[tuple[str, Lined]]:
    """All named entries of a mapping."""
    found = []
    for name, row in at.items():
        if not isinstance(row, Lined):
            desk.complain(at, name, f"“{name}”后面应为 {{…}}")
        elif name in FUNCTIONS:
            desk.complain(at, name, f"“{name}”是函数的名字，请换一个")
        else:
            found.append((name, row))
    return found


def unit_of(at: Lined, desk: Desk, key: str = "单位") -> str:
    """A unit of the language; "" with a complaint when it is none."""
    unit = desk.text(at, key)
    if unit and unit not in UNITS:
        desk.complain(at, key, f"没有单位“{unit}”，可用：{' '.join(UNITS)}")
        return ""
    return unit


def amount(text: object, unit: str, at: Lined, key: str, desk: Desk) -> Fraction | None:
    """An amount in its unit's own count; None with a complaint."""
    try:
        value, given = quantity(str(text))
    except Invalid as e:
        desk.complain(at, key, e.words)
        return None
    if not same_unit(given, unit):
        desk.complain(at, key, f"“{text}”的单位应是“{unit}”")
        return None
    return value


def read_input(name: str, at: Lined, desk: Desk) -> Input | None:
    """An input with its unit and range."""
    unit = unit_of(at, desk)
    low = high = Fraction(0)
    if unit and unit != "是否":
        span = at.get("范围")
        if not isinstance(span, list) or len(span) != 2:
            desk.complain(at, "范围", f"“{name}”缺少范围，如 [0元, 1000亿元]；运算的界由它推出")
            return None
        ends = [amount(x, unit, at, "范围", desk) for x in span]
        if ends[0] is None or ends[1] is None:
            return None
        low, high = ends[0], ends[1]
        if low > high:
            desk.complain(at, "范围", "范围的下限大于上限")
    if not unit:
        return None
    return Input(
        name,
        unit,
        low,
        high,
        desk.optional(at, "来源"),
        desk.optional(at, "说明"),
        yes(at, "区间", desk),
    )


def yes(at: Lined, key: str, desk: Desk) -> bool:
    """是 or 否; a blank is 否."""
    value = at.get(key)
    if value in (None, "否", False):
        return False
    if value in ("是", True):
        return True
    desk.complain(at, key, f"{key} 写“是”或“否”")
    return False


def strange(at: Lined, known: set[str], desk: Desk) -> None:
    """Complain of every key that nobody reads."""
    for key in at:
        if key not in known:
            desk.complain(at, key, f"不认得“{key}”，可用：{'、'.join(sorted(known))}")


def read_relation(name: str, at: Lined, desk: Desk) -> Relation:
    """Rows that belong to a subject: ``{列: {成交额: {单位: 元, 范围: …}}}``."""
    return Relation(
        name, {n: i for n, row in rows_of(at, "列", desk) if (i := read_input(n, row, desk))}
    )


def read_aggregate(
    name: str, at: Lined, inputs: Mapping[str, Input], relations: Mapping[str, Relation], desk: Desk
) -> Aggregate | None:
    """An input summed from a relation: ``{关系: 合同, 取: 合计, 列: 成交额, 其中: 已登记}``."""
    if name not in inputs:
        desk.complain(at, name, f"汇总“{name}”不是输入，请先在 输入 里写它的单位和范围")
        return None
    relation, how = relations.get(desk.text(at, "关系")), desk.one_of(at, "取", ("合计", "计数"))
    if relation is None:
        desk.complain(at, "关系", f"没有关系“{at.get('关系')}”")
        return None
    column = desk.text(at, "列") if how == "合计" else ""
    if how == "合计" and (
        column not in relation.columns or relation.columns[column].unit != inputs[name].unit
    ):
        desk.complain(at, "列", f"“{name}”要汇总一个同单位的列，“{column}”不是")
        return None
    text = desk.text(at, "其中")
    try:
        where = parse(text)
    except Invalid as e:
        desk.complain(at, "其中", e.words)
        return None
    if unknown := [n for n in names_in(where) if n not in relation.columns]:
        desk.complain(at, "其中", f"“{relation.name}”没有列“{unknown[0]}”")
        return None
    return Aggregate(name, relation.name, how, column, text, where)
