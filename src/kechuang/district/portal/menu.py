"""What stands in the head of the page, by role."""

from django.urls import reverse

from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import REGISTERS

_PUBLIC = [
    ("plan", "计划"),
    ("achievements", "成果库"),
    ("demands", "需求库"),
    ("policies", "政策"),
]
_BY_ROLE = [
    (("officer", "broker", "approver", "auditor"), "introductions", "对接"),
    (("officer", "broker", "approver", "auditor", "enterprise", "researcher"), "contracts", "合同"),
    (("officer", "broker", "approver", "auditor", "enterprise"), "firms", "企业"),
    (("officer", "approver", "auditor"), "tasks", "任务"),
    (("officer", "approver", "auditor"), "reports", "报告"),
    (("officer", "broker", "researcher", "enterprise"), "imports", "导入"),
    (("officer", "auditor", "administrator"), "ledger", "台账"),
    (("officer", "broker", "administrator"), "letters", "信件"),
    (("administrator",), "people", "账号"),
    (("administrator",), "health", "体检"),
]


def registers_for(actor: Actor) -> list[tuple[str, str]]:
    """(url, title) of every register that this person may look at, beside what the head of the
    page shows.
    """
    in_head = {name for _, _, name in menu_for(actor)}
    return [
        (reverse(r.slug), r.title)
        for r in REGISTERS.values()
        if (r.public or actor.has(*r.menu)) and r.slug not in in_head
    ]


def menu_for(actor: Actor) -> list[tuple[str, str, str]]:
    """(url, label, name) in order."""
    items = [(reverse(name), label, name) for name, label in _PUBLIC]
    if actor.id:
        items.insert(0, (reverse("workspace"), "工作台", "workspace"))
    items += [(reverse(name), label, name) for roles, name, label in _BY_ROLE if actor.has(*roles)]
    return items
