"""A firm on its way to a rung: applied, recommended, recognised by a second person, with what the
rules said at the time.
"""

from datetime import date, datetime

from django.db import IntegrityError

from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import create
from kechuang.district.core.workflow import advance, begin
from kechuang.district.registry.models import Application, Firm, Recognition
from kechuang.district.registry.registers import RECOGNITIONS
from kechuang.district.registry.workflow import APPLICATIONS
from kechuang.engines.base.errors import Invalid, WrongState
from kechuang.engines.text import normalise

from .firms import rung_of
from .standings import standing_on

OPEN = ("applied", "returned", "recommended")


def apply(firm: Firm, rung: str, note: str, actor: Actor, at: datetime) -> Application:
    """Apply. The rules' verdict of the day is kept beside it; they do not decide in anybody's
    place.
    """
    APPLICATIONS.permit("apply", Application(firm=firm, rung=rung), actor)
    held = rung_of(rung)
    if Application.objects.filter(firm=firm, rung=rung, state__in=OPEN).exists():
        raise WrongState("application.under_way")
    made = Application(
        firm=firm,
        rung=rung,
        name=held.named(clock.day_of(at))[0],
        note=normalise(note)[:2000],
        reckoned=_reckoned(firm, rung, clock.day_of(at)),
    )
    try:
        with ledger.writing():
            begin(APPLICATIONS, "apply", made, actor, at, facts={"rung": rung})
    except IntegrityError as e:  # a second click
        raise WrongState("application.under_way") from e
    return made


def _reckoned(firm: Firm, rung: str, day: date) -> dict[str, object]:
    found = standing_on(firm, rung, day)
    return {
        "verdict": found.verdict,
        "failing": list(found.failing),
        "missing": list(found.missing),
    }


def apply_again(thing: Application, actor: Actor, at: datetime) -> Entry:
    changes = {"reckoned": _reckoned(thing.firm, thing.rung, clock.day_of(at))}
    return advance(APPLICATIONS, "apply_again", thing, actor, at, changes=changes)


def recommend(thing: Application, actor: Actor, at: datetime) -> Entry:
    return advance(
        APPLICATIONS, "recommend", thing, actor, at, changes={"recommended_by": actor.id}
    )


def return_application(thing: Application, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(APPLICATIONS, "return_application", thing, actor, at, why=why)


def recognise(
    thing: Application,
    number: str,
    valid_from: date | None,
    valid_until: date | None,
    actor: Actor,
    at: datetime,
) -> Recognition:
    """Write down that the rung was given, with its certificate; both or neither are kept."""
    if valid_from is None:
        raise Invalid("application.valid_from_missing", "valid_from")
    with ledger.writing():
        advance(APPLICATIONS, "recognise", thing, actor, at, facts={"number": number})
        values = {
            "firm": thing.firm,
            "rung": thing.rung,
            "number": number,
            "valid_from": valid_from,
            "valid_until": valid_until,
        }
        return create(RECOGNITIONS, "grant", values, actor, at, name=thing.name)


def refuse(thing: Application, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(APPLICATIONS, "refuse", thing, actor, at, why=why)


def withdraw_application(thing: Application, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(APPLICATIONS, "withdraw_application", thing, actor, at, why=why)
