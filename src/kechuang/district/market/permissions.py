"""Who may do what in the market. Who submits, who checks and who publishes are different people."""

from kechuang.district.core.actor import YES, Actor, Verdict, no

from .models import Achievement, Demand, Introduction, Invitation, Listing
from .queries import is_own, is_staff


def _works_on(actor: Actor) -> bool:
    return is_staff(actor) and actor.has("officer", "broker")


def can_see(actor: Actor, thing: Listing) -> Verdict:
    """Beside visible_to(): the same answer for one record."""
    if actor.is_system:
        return YES
    own = is_own(actor, thing)
    hidden = isinstance(thing, Demand) and thing.confidentiality == "brokers"
    if thing.state == "published" and not hidden:
        return YES
    if own and (thing.state != "retracted" or is_staff(actor)):
        return YES
    if is_staff(actor) and thing.state != "draft":
        return YES
    return no("没有这条记录")


def can_write(actor: Actor, thing: Listing) -> Verdict:
    """Owners write their own; brokers and officers write on behalf of owners."""
    if actor.is_system or _works_on(actor):
        return YES
    role = "enterprise" if isinstance(thing, Demand) else "researcher"
    if actor.has(role) and (thing.owner_id or 0) in actor.organisations:
        return YES
    if isinstance(thing, Achievement):
        return no("请由本单位的科研人员或转移办公室登记成果，权利人选本单位")
    return no("请由本企业成员提出需求，企业选本企业")


def can_amend(actor: Actor, thing: Listing) -> Verdict:
    """What is published changes at once only in the hands of staff; an owner's change is checked again."""
    if actor.is_system or _works_on(actor):
        return YES
    return no("已发布的记录改动后要重新审核")


def can_merge(actor: Actor, thing: Listing) -> Verdict:
    if actor.is_system or (is_staff(actor) and actor.has("officer")):
        return YES
    return no("由科技局工作人员核对重复的记录")


def can_check(actor: Actor, thing: Listing) -> Verdict:
    """Checked by somebody else than who submitted."""
    if not _works_on(actor):
        return no("由技术经理人或科技局工作人员审核")
    if actor.id in (thing.submitted_by, thing.created_by, *thing.written_by):
        return no("提交或改写过的人不能审核同一条，请换一位同事")
    return YES


def can_send_back(actor: Actor, thing: Listing) -> Verdict:
    return YES if _works_on(actor) else no("由技术经理人或科技局工作人员退回")


def can_publish(actor: Actor, thing: Listing) -> Verdict:
    """Published by somebody else than who submitted or checked."""
    if not (is_staff(actor) and actor.has("officer", "approver")):
        return no("由科技局工作人员或审批人发布")
    if actor.id in (thing.submitted_by, thing.checked_by, *thing.written_by):
        return no("提交、改写或审核过的人不能发布同一条，请换一位同事")
    return YES


def can_take_in(actor: Actor, thing: Listing) -> Verdict:
    """Sheets: officers publish at once or leave for checking; owners and brokers leave for checking."""
    return can_write(actor, thing)


def can_publish_import(actor: Actor, thing: Listing) -> Verdict:
    if actor.is_system or (is_staff(actor) and actor.has("officer")):
        return YES
    return no("只有科技局工作人员可以导入并直接发布")


def can_introduce(actor: Actor, introduction: Introduction) -> Verdict:
    return YES if _works_on(actor) else no("由技术经理人发起和推进对接")


def can_reply(actor: Actor, invitation: Invitation) -> Verdict:
    """The brokers' side answers a question; the ledger names who did."""
    return can_introduce(actor, invitation.introduction)


def can_move_on(actor: Actor, thing: Introduction | Invitation) -> Verdict:
    """What follows from somebody's answer is done in that person's name: an invited one's, a broker's, or the clock's."""
    introduction = thing if isinstance(thing, Introduction) else thing.introduction
    if actor.is_system or _works_on(actor):
        return YES
    asked = (f"invitee:{i.nonce}" for i in introduction.invitations.all())
    return YES if actor.has(*asked) else no("由系统完成")


def only_system(actor: Actor, thing: object) -> Verdict:
    return YES if actor.is_system else no("由系统完成")


def can_answer(actor: Actor, invitation: Invitation) -> Verdict:
    """Whoever holds the person's own link."""
    return YES if actor.has(f"invitee:{invitation.nonce}") else no("请用邀请信里的链接回答")


def can_report_outcome(actor: Actor, introduction: Introduction) -> Verdict:
    if _works_on(actor):
        return YES
    asked = (i.nonce for i in introduction.invitations.all() if i.side == "firm")
    return (
        YES
        if any(actor.has(f"invitee:{nonce}") for nonce in asked)
        else no("请用询问信里的链接回答")
    )
