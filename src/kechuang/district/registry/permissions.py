from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Establishment, Recognition


def can_keep(actor: Actor, recognition: Recognition | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("企业与认定由科技局工作人员维护")


def can_keep_establishment(actor: Actor, thing: Establishment | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("平台、设施、专项与科技园由科技局工作人员登记")
