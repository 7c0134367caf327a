"""One return of a responsible body: kept half done, handed in, reviewed, reminded, escalated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import SYSTEM, Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.workflow import advance, begin
from kechuang.district.plan.models import RETURN_LIGHTS, TOLD_HOW, MonthlyReturn
from kechuang.district.plan.workflow import RETURNS
from kechuang.engines.base.errors import Invalid, InvalidForm, WrongState
from kechuang.engines.text import normalise, without_controls

from .owed import line_of, write_to_body
from .proofs import Proof, keep_proofs

FIELDS = ("progress", "trouble", "help_needed", "next_step", "light")


def ask_return(thing: MonthlyReturn, at: datetime) -> Entry:
    return begin(
        RETURNS, "ask_return", thing, SYSTEM, at, facts={"month": thing.month, "body": thing.body}
    )


def _changes(values: Mapping[str, str]) -> dict[str, str]:
    made = {
        n: normalise(str(values[n]))
        if n == "light"
        else without_controls(str(values[n])).strip()[:8000]
        for n in FIELDS
        if n in values
    }
    if made.get("light") and made["light"] not in dict(RETURN_LIGHTS):
        raise InvalidForm([Invalid("return.light_missing", "light")])
    return made


def save_return(
    thing: MonthlyReturn,
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    *,
    version: int | None = None,
    sent: Sequence[Proof] = (),
) -> Entry:
    """Keep what is written so far; nothing is required."""
    changes: dict[str, object] = dict(_changes(values))
    if sent:
        changes["evidence"] = [*thing.evidence, *keep_proofs(sent)]
    return advance(
        RETURNS,
        "save_return",
        thing,
        actor,
        at,
        changes=changes,
        version=thing.version if version is None else version,
    )


def submit_return(
    thing: MonthlyReturn,
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    *,
    version: int | None = None,
    sent: Sequence[Proof] = (),
) -> Entry:
    """Hand in: progress, next step and a light are required; trouble without help asked for is
    fine.
    """
    return _hand_in("submit_return", thing, values, actor, at, version, sent, {})


@dataclass(frozen=True)
class Told:
    """How a body's words came to whoever types them: who said it, by what way, on which day."""

    who: str
    how: str
    on: date | None


def fill_return(
    thing: MonthlyReturn,
    values: Mapping[str, str],
    told: Told,
    actor: Actor,
    at: datetime,
    *,
    version: int | None = None,
    sent: Sequence[Proof] = (),
) -> Entry:
    """Hand in for a body what it told; the record and every report say whose hand it was.

    Raises:
        InvalidForm: A field is missing, or who told it, how and when.
    """
    RETURNS.permit("fill_return", thing, actor)
    errors = []
    who = normalise(told.who)[:80]
    if not who:
        errors.append(Invalid("return.told_by_missing", "told_by"))
    if told.how not in TOLD_HOW:
        errors.append(Invalid("return.told_how_missing", "told_how"))
    if told.on is None or not thing.asked_on <= told.on <= clock.day_of(at):
        errors.append(Invalid("return.told_on_missing", "told_on", day=thing.asked_on))
    if errors:
        raise InvalidForm(errors)
    filled = {
        "by": actor.id,
        "label": actor.label,
        "who": who,
        "how": told.how,
        "on": f"{told.on}",
    }
    return _hand_in("fill_return", thing, values, actor, at, version, sent, filled)


def _hand_in(
    step: str,
    thing: MonthlyReturn,
    values: Mapping[str, str],
    actor: Actor,
    at: datetime,
    version: int | None,
    sent: Sequence[Proof],
    filled: Mapping[str, object],
) -> Entry:
    changes: dict[str, object] = dict(_changes(values))
    labels = {"progress": "本月进展", "next_step": "下一步", "light": "自评"}
    errors = [
        Invalid("field.missing", name, label=label)
        for name, label in labels.items()
        if not (changes.get(name) or getattr(thing, name))
    ]
    if errors:
        raise InvalidForm(errors)
    if sent:
        changes["evidence"] = [*thing.evidence, *keep_proofs(sent)]
    return advance(
        RETURNS,
        step,
        thing,
        actor,
        at,
        changes={**changes, "submitted_at": at, "filled": dict(filled)},
        facts={"filled": dict(filled)} if filled else None,
        version=thing.version if version is None else version,
    )


def accept_return(thing: MonthlyReturn, actor: Actor, at: datetime, light: str = "") -> Entry:
    """Take it over, with the reviewer's own light beside the body's."""
    if light and light not in dict(RETURN_LIGHTS):
        raise Invalid("return.light_missing", "light")
    return advance(
        RETURNS,
        "accept_return",
        thing,
        actor,
        at,
        changes={"checked_light": light or thing.light},
        facts={"light": light},
    )


def send_back_return(thing: MonthlyReturn, actor: Actor, at: datetime, why: str) -> Entry:
    with ledger.writing():
        entry = advance(RETURNS, "send_back_return", thing, actor, at, why=why)
        write_to_body(thing.body, f"back-{entry.pk}", "请补充填报", why, at, [line_of(thing)])
    return entry


def cancel_return(thing: MonthlyReturn, actor: Actor, at: datetime, why: str) -> Entry:
    return advance(RETURNS, "cancel_return", thing, actor, at, why=why)


def remind_return(thing: MonthlyReturn, late: int, at: datetime) -> Entry:
    """Note that it was reminded of; the letter is written for all that the body owes."""
    changes = {"reminded": sorted({*thing.reminded, late})}
    return advance(
        RETURNS, "remind_return", thing, SYSTEM, at, changes=changes, facts={"late": late}
    )


def escalate_return(thing: MonthlyReturn, level: int, late: int, at: datetime) -> Entry:
    """Silence becomes visible: the level stands on the supervision page."""
    return advance(
        RETURNS,
        "escalate_return",
        thing,
        SYSTEM,
        at,
        changes={"level": level},
        facts={"late": late, "level": level},
    )


def must_be_open(thing: MonthlyReturn) -> None:
    if thing.state not in ("asked", "sent_back"):
        raise WrongState("return.handed_in")
