"""What stands in the frame of the page, by role: groups of pages, and the registers by their rooms."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import REGISTERS, Register

from .requests import may_open

OFFICE = ("officer", "approver", "auditor")
STAFF = ("broker", *OFFICE)


@dataclass(frozen=True)
class Line:
    """A page: its address, what it is called, and the name of its view."""

    url: str
    label: str
    name: str


@dataclass(frozen=True)
class Group:
    """Pages that belong together."""

    label: str
    lines: tuple[Line, ...]


# label → (view, label, roles; none: everybody), and the rooms whose registers belong there
_GROUPS: tuple[tuple[str, tuple[tuple[str, str, tuple[str, ...]], ...], tuple[str, ...]], ...] = (
    ("", (("workspace", "工作台", ()), ("inbox", "收件箱", ())), ()),
    (
        "计划",
        (
            ("plan", "目标与任务", ()),
            ("tasks", "任务督办", OFFICE),
            ("returns", "任务填报", OFFICE),
            ("reports", "报告", OFFICE),
        ),
        ("plan",),
    ),
    (
        "市场",
        (
            ("achievements", "成果库", ()),
            ("demands", "需求库", ()),
            ("introductions", "对接", STAFF),
            ("fields", "领域和进展", STAFF),
            ("contracts", "技术合同", (*STAFF, "enterprise", "researcher")),
        ),
        ("market", "transfer"),
    ),
    (
        "企业与平台",
        (
            ("firms", "企业", (*STAFF, "enterprise")),
            ("ladder", "企业梯度", STAFF),
            ("applications", "申报", (*OFFICE, "enterprise")),
            ("policies", "政策", ()),
            ("changes", "政策参数改动", OFFICE),
        ),
        ("registry",),
    ),
    (
        "数据",
        (
            ("imports", "导入", ("officer", "broker", "researcher", "enterprise")),
            ("doubts", "可能重复", ("officer",)),
            ("named", "只有名称的单位", ("officer",)),
            ("comparisons", "两本账对照", OFFICE),
            ("drafts", "计划文件", ("officer", "administrator", "auditor")),
            ("ledger", "台账", ("officer", "auditor", "administrator")),
            ("letters", "信件", ("officer", "broker", "administrator")),
            ("contacts", "联系人", ("officer",)),
            ("people", "账号", ("administrator",)),
            ("health", "体检", ("administrator",)),
        ),
        (),
    ),
)
_PUBLIC = ("plan", "achievements", "demands", "policies")


def _line(name: str, label: str) -> Line:
    return Line(reverse(name), label, name)


def menu_for(actor: Actor) -> list[Group]:
    """The groups of pages that this person may open, in order."""
    named = {name for _, lines, _ in _GROUPS for name, _, _ in lines}
    found = []
    for label, lines, rooms in _GROUPS:
        own = [_line(n, words) for n, words, roles in lines if not roles or actor.has(*roles)]
        own += [
            _line(r.slug, r.title)
            for r in REGISTERS.values()
            if r.name.partition(".")[0] in rooms and r.slug not in named and _is_for(r, actor)
        ]
        if own := [line for line in own if may_open(actor, line.url)]:
            found.append(Group(label, tuple(own)))
    return found


def _is_for(register: Register[Any], actor: Actor) -> bool:
    return register.public or actor.has(*register.menu)


def public_menu() -> list[Line]:
    """The four pages that a visitor is shown first."""
    labels = {name: label for _, lines, _ in _GROUPS for name, label, _ in lines}
    return [_line(name, labels[name]) for name in _PUBLIC]


def open_registers() -> list[Line]:
    """The other registers that are open to everybody."""
    return [
        _line(r.slug, r.title) for r in REGISTERS.values() if r.public and r.slug not in _PUBLIC
    ]
