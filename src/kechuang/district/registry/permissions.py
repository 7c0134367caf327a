from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Recognition


def can_keep(actor: Actor, recognition: Recognition | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("企业与认定由科技局工作人员维护")
