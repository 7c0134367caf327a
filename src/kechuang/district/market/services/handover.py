"""What somebody who leaves has in hand in the market: introductions under way, and drafts that
nobody else sees.
"""

from datetime import datetime
from typing import Any

from kechuang.district.accounts.models import User
from kechuang.district.accounts.services import Charge, charge, told
from kechuang.district.core.actor import Actor
from kechuang.district.market.models import Achievement, Demand, Introduction, Listing
from kechuang.district.market.permissions import can_introduce, can_write

from . import introductions


def _give(introduction: Introduction, colleague: User, actor: Actor, at: datetime) -> None:
    introductions.hand_over(introduction, colleague, actor, at)


def _give_draft(draft: Listing, colleague: User, actor: Actor, at: datetime) -> None:
    type(draft)._default_manager.filter(pk=draft.pk).update(created_by=colleague.pk)
    told(f"market.{draft._meta.model_name}", draft, draft.label, colleague, actor, at)


def _drafts(user: User) -> list[Any]:
    return [
        draft
        for model in (Achievement, Demand)
        for draft in model.objects.filter(state="draft", created_by=user.pk)
    ]


charge(
    Charge(
        "introductions",
        "进行中的对接",
        lambda user: list(
            Introduction.objects.filter(broker_id=user.pk, state__in=("open", "agreed"))
        ),
        lambda actor, thing: can_introduce(actor, thing).allowed,
        _give,
    )
)
charge(
    Charge(
        "drafts",
        "没有提交的成果和需求",
        _drafts,
        lambda actor, thing: can_write(actor, thing).allowed,
        _give_draft,
    )
)
