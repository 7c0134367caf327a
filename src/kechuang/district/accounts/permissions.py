from kechuang.district.core.actor import YES, Actor, Verdict, no


def can_manage_people(actor: Actor) -> Verdict:
    return YES if actor.has("administrator") or actor.is_system else no("只有管理员可以管理账号")


def can_keep_organisations(actor: Actor) -> Verdict:
    if actor.is_system or actor.has("officer", "administrator"):
        return YES
    return no("只有科技局工作人员和管理员可以登记单位")
