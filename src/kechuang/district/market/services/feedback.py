"""What the centre says of a pair that matching lists."""

from datetime import datetime

from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.market.models import VERDICTS, Achievement, Demand, Feedback
from kechuang.district.market.permissions import can_judge
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.text import normalise


def judge(
    demand: Demand, achievement: Achievement, verdict: str, why: str, actor: Actor, at: datetime
) -> Feedback:
    """It fits; or it does not, and why. A second word of the same person takes the first's place.

    Raises:
        NotAllowed: Somebody who does not work on introductions.
        Invalid: No such verdict; or nothing said of why it does not fit.
    """
    if not (may := can_judge(actor)):
        raise NotAllowed(may.why)
    if verdict not in VERDICTS:
        raise Invalid("feedback.verdict", "verdict")
    why = normalise(why)[:300]
    if verdict == "not" and not why:
        raise Invalid("feedback.why_missing", "why")
    with ledger.writing():
        made, _ = Feedback.objects.update_or_create(
            demand=demand,
            achievement=achievement,
            said_by=actor.id,
            defaults={"verdict": verdict, "why": why, "person": actor.label[:160], "said_at": at},
        )
        ledger.record(
            "market.feedback.say",
            subject_kind="market.feedback",
            subject_id=made.pk,
            label=f"{demand.reference} ↔ {achievement.reference}",
            actor=actor,
            at=at,
            facts={"verdict": verdict, "why": why},
        )
    return made
