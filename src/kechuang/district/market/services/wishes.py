"""What follows a wish: an introduction takes it up, and followers hear of what changes."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from kechuang.district.accounts.queries import actor_of, members_of
from kechuang.district.accounts.services import write_letter
from kechuang.district.core import ledger
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import take
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.market.models import Introduction, Wish
from kechuang.district.market.permissions import can_see
from kechuang.district.market.registers import WISHES


@ledger.writing()
def take_up(introduction: Introduction, at: datetime) -> None:
    """The wishes to be introduced that an introduction answers: those of its one side about what
    the other offers or wants.
    """
    demand, achievement = introduction.demand, introduction.achievement
    firm = Q(achievement=achievement, asker_id=demand.owner_id)
    owner = Q(demand=demand, asker_id=achievement.owner_id)
    open_ones = Wish.objects.filter(what="introduction", state__in=("asked", "answered"))
    for wish in open_ones.filter(firm | owner):
        take(WISHES, "take_up", wish, {}, SYSTEM, at, introduction=introduction)


def tell_followers(entries: Sequence[Entry]) -> None:
    """A letter to each person who follows a record that moved or was amended, if the record is
    still there for them; it says which step, and nothing of what was written.
    """
    for entry in entries:
        if entry.new_state != entry.old_state or entry.kind.endswith(".amend"):
            _tell(entry)


def _tell(entry: Entry) -> None:
    side = entry.subject_kind.rpartition(".")[2]
    flow = WORKFLOWS[entry.subject_kind]
    about = {f"{side}_id": int(entry.subject_id)}
    followed = Wish.objects.filter(**about, state="following")
    before = Entry.objects.filter(kind="market.wish.follow", pk__lt=entry.pk)
    since = set(
        before.filter(subject_id__in=[w.pk for w in followed]).values_list("subject_id", flat=True)
    )
    for wish in followed.select_related("achievement__owner", "demand__owner"):
        if str(wish.pk) not in since:
            continue  # it happened before one followed
        user = members_of(wish.asker_id).filter(pk=wish.asked_by).first()
        subject = wish.subject
        if user is None or subject is None or not can_see(actor_of(user), subject):
            continue
        step = flow.step(entry.kind.rpartition(".")[2])
        write_letter(
            f"follow-{entry.pk}-{user.pk}",
            f"您关注的有变化：{subject.title}",
            f"“{subject.title}”：{step.label}。打开看现在的内容；不想再收到这样的信，在意向里结束关注。",
            entry.at,
            user=user,
            link=f"/{side}s/{subject.pk}/",
        )
