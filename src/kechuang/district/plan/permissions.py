from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Bulletin


def can_report(actor: Actor, bulletin: Bulletin | None = None) -> Verdict:
    if actor.is_system or actor.has("officer"):
        return YES
    return no("通报数据由科技局工作人员导入")
