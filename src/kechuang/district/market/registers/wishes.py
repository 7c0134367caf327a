"""Wishes, declared once: asking to be introduced, asking a question, following."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from kechuang.district.accounts.queries import members_of
from kechuang.district.accounts.roles import DESKS, is_staff
from kechuang.district.accounts.services import organisation_codes, write_letter
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import Done, Listed, Register
from kechuang.district.core.search import facets_of, text_of
from kechuang.district.core.workflow import step
from kechuang.district.market import permissions as may
from kechuang.district.market import queries
from kechuang.district.market.models import Achievement, Demand, Wish
from kechuang.engines.base.errors import Invalid
from kechuang.engines.search import Face
from kechuang.engines.text import comparable

from .listings import names


def _asker(actor: Actor) -> int | None:
    """For whom a person asks: who belongs to an enterprise asks for it."""
    return min(actor.firms or actor.organisations, default=None)


def _blank(actor: Actor) -> Wish:
    return Wish(asker_id=_asker(actor), asked_by=actor.id)  # type: ignore[misc]


def _born(wish: Wish, actor: Actor, at: datetime) -> None:
    wish.asker_id, wish.asked_by = _asker(actor), actor.id  # type: ignore[assignment]
    wish.person, wish.asked_at = actor.label, at


def _derive(wish: Wish) -> None:
    """The record that the number names, once and for all; the text to search, without its title:
    that is found only by who may see the record.
    """
    if wish._state.adding and wish.asker_id:
        found = queries.listing_by_reference(wish.about, wish.asker) if wish.about else None
        wish.achievement = found if isinstance(found, Achievement) else None
        wish.demand = found if isinstance(found, Demand) else None
        wish.title = found.title if found else ""
    asker = wish.asker.name if wish.asker_id else ""
    parts = [
        wish.label,
        wish.about,
        wish.words,
        wish.answer,
        asker,
        wish.person,
        wish.get_what_display(),
    ]
    wish.search = comparable(" ".join(parts))


def _faces(wish: Wish) -> list[Face]:
    """Without the record's title: it is found only by who may see the record."""
    text = text_of(WISHES, wish, without=("title",))
    text = replace(text, title=wish.label)
    keys = DESKS | {f"org:{wish.asker_id}"}
    return [Face(keys, text, facets_of(WISHES, wish))]


def _number(wishes: Sequence[Wish]) -> None:
    for wish in wishes:
        _derive(wish)  # it is found by its number too


def _once(register: Register[Any], wish: Wish, day: date) -> Iterable[Invalid]:
    """The same thing asked twice is one wish: what there is to add is added to it."""
    if wish.pk is not None or wish.subject is None:
        return
    same = Wish.objects.filter(asker_id=wish.asker_id, what=wish.what, about=wish.about)
    if wish.what == "follow":
        known = same.filter(state="following", asked_by=wish.asked_by).first()
    else:
        known = same.filter(state="asked").first()
    if known:
        yield Invalid("wish.asked_already", "about", number=known.label)


def _discreet(register: Register[Any], wish: Wish, day: date) -> Iterable[Invalid]:
    """An answer does not name the firm that keeps its name from the asker."""
    demand = wish.demand
    if not wish.answer or demand is None or demand.owner is None:
        return
    if demand.confidentiality == "open":
        return
    text = wish.answer.lower()
    reached = any(u.email.lower() in text for u in members_of(demand.owner.pk))
    if reached or names(wish.answer, demand.owner):
        yield Invalid("wish.name_in_answer", "answer")


def _hides(actor: Actor, wish: Wish) -> frozenset[str]:
    """What a record was called, once it does not exist for the asker any more."""
    known = wish.subject is not None and may.can_see(actor, wish.subject)
    return frozenset() if known else frozenset({"title"})


def _tell_answer(done: Done) -> None:
    _tell_asker(done, done.thing.answer)


def _tell_taken_up(done: Done) -> None:
    _tell_asker(done, "技术经理人已为您发起对接，双方都同意后会告诉您怎么联系。")


def _tell_asker(done: Done, body: str) -> None:
    """The person who asked learns what came of it, as long as they belong to who asked."""
    wish = done.thing
    for user in members_of(wish.asker_id).filter(pk=wish.asked_by):
        write_letter(
            f"wish-{done.entry.pk}-{user.pk}",
            f"您的意向有了回音：{wish.label}",
            body,
            done.at,
            user=user,
            link=f"/wishes/{wish.pk}/",
        )


WISHES = Register(
    name="market.wish",
    model=Wish,
    title="意向",
    layout="wishes",
    slug="wishes",
    states={
        "asked": "等待答复",
        "answered": "已答复",
        "taken_up": "已发起对接",
        "following": "关注中",
        "ended": "已结束",
    },
    steps=(
        step("ask_introduction", "请求介绍", "", "asked", may.can_ask, asks=("about", "words")),
        step(
            "ask_question",
            "提问",
            "",
            "asked",
            may.can_ask,
            asks=("about", "words"),
            must=("words",),
        ),
        step("follow", "关注", "", "following", may.can_ask, asks=("about",)),
        step(
            "answer",
            "答复",
            "asked",
            "answered",
            may.can_answer_wish,
            asks=("answer",),
            must=("answer",),
        ),
        step("revise", "补充说明", "asked", "", may.can_say_more, asks=("words",)),
        step(
            "amend_answer",
            "更正答复",
            "answered",
            "",
            may.can_answer_wish,
            asks=("answer",),
            must=("answer",),
            needs_why=True,
        ),
        step("take_up", "发起对接", "asked answered", "taken_up", may.only_system, page=False),
        step("end", "结束", "asked answered following", "ended", may.can_say_more),
    ),
    visible=queries.wishes_visible_to,
    listed=Listed(
        columns=("about", "title", "what", "words", "asker", "person"),
        filters=("what",),
        hint="编号、名称、说明、单位",
        find=queries.find_wishes,
        minor=("words", "person"),
    ),
    refers={"asker": organisation_codes("提出单位")},
    checks=(_once, _discreet),
    derive=_derive,
    faces=_faces,
    born=_born,
    number=_number,
    stamps={
        "ask_introduction": lambda wish, actor, at: {"what": "introduction"},
        "ask_question": lambda wish, actor, at: {"what": "question"},
        "follow": lambda wish, actor, at: {"what": "follow"},
    },
    effects={"answer": _tell_answer, "amend_answer": _tell_answer, "take_up": _tell_taken_up},
    blank=_blank,
    inside=lambda actor, wish: is_staff(actor) or wish.asker_id in actor.organisations,
    hides=_hides,
    may_hide=frozenset({"title"}),
    menu=("officer", "broker", "approver", "auditor", "enterprise", "researcher"),
)
