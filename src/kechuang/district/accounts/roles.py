"""Who may be what. One page of roles; docs/map.md is drawn from it."""

from dataclasses import dataclass

from kechuang.district.core.actor import Actor


@dataclass(frozen=True)
class Role:
    code: str
    label: str
    duty: str
    staff: bool


ROLES: dict[str, Role] = {
    r.code: r
    for r in (
        Role("officer", "科技局工作人员", "审核、发布、导入，登记技术合同，看全部业务记录", True),
        Role("approver", "审批人", "发布与批准；不批自己提交或审核过的", True),
        Role("broker", "技术经理人", "审核成果与需求，匹配、发起对接，记录合同", True),
        Role("enterprise", "企业成员", "提出本企业的技术需求，看本企业的记录", False),
        Role("researcher", "科研人员或转移办公室", "登记本单位的科技成果，看与之相关的需求", False),
        Role("reviewer", "评审专家", "评审分到的材料", False),
        Role("auditor", "审计人员", "只看不改：业务记录与台账", True),
        Role("administrator", "管理员", "管账号、单位与后台；不看保密内容", False),
    )
}
STAFF = frozenset(code for code, role in ROLES.items() if role.staff)

DESKS = frozenset({"system", *(f"desk:{code}" for code in STAFF)})  # who `is_staff` is, for search
OFFICES = frozenset(
    {"system", *(f"role:{code}" for code in STAFF)}
)  # staff, whatever else they are


def is_staff(actor: Actor) -> bool:
    """Who works for the district; nobody of an enterprise does, whatever other role they hold."""
    return actor.is_system or (actor.has(*STAFF) and not actor.firms)
