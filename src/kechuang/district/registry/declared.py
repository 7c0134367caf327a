"""Registers that the book declares: from a file to a register of the kit, without a line of Python.

Three lives: *kept* (recorded → ended), *recognised* (draft → submitted → examined → recognised →
expired or withdrawn)
and *pipeline* (the book's own stages, with outcome and reason).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import models
from django.db.models import QuerySet

from kechuang.book.registers import layout_of
from kechuang.book.sheets import BookRegister
from kechuang.district.accounts.roles import DESKS, STAFF, is_staff
from kechuang.district.accounts.services import organisation_codes
from kechuang.district.core import held
from kechuang.district.core.actor import YES, Actor, Verdict, no
from kechuang.district.core.checks import not_in_future
from kechuang.district.core.registers import ALL, REGISTERS, Done, Listed, Register, SheetRules
from kechuang.district.core.search import facets_of, text_of
from kechuang.district.core.workflow import Step, step
from kechuang.engines.base.sayings import Said
from kechuang.engines.search import EVERYBODY, Face
from kechuang.engines.text import comparable

from .models import BookFact, BookRecord
from .models.books import fact
from .queries import LIVE

HOLDER = "holder"  # the one field of kind organisation
_KINDS: dict[str, Callable[[], Any]] = {
    "day": lambda: models.DateField(null=True),
    "number": lambda: models.BigIntegerField(null=True),
    "fen": lambda: models.BigIntegerField(null=True),
    "words": lambda: models.JSONField(default=list),
}
_MADE: list[tuple[BookRegister, type[BookRecord]]] = []


def declare(given: BookRegister) -> Register[Any]:
    """Make a register of the kit from the book's declaration."""
    model = _model(given)
    _MADE.append((given, model))
    may = _Rights(given)
    columns = tuple(c.field for c in given.columns)
    days = [c.field for c in given.columns if c.kind == "day"]
    half = frozenset({"draft"}) if given.life == "recognised" else frozenset()
    return Register(
        name=f"registry.{given.id}",
        model=model,
        title=given.title,
        layout=given.id,
        own_layout=layout_of(given),
        slug=given.id,
        states=_states(given),
        steps=_steps(given, may),
        visible=_visible(given, model),
        faces=_faces(given),
        listed=Listed(
            columns=given.listed or columns[:6],
            filters=given.filters,
            hint=given.title,
            minor=(given.listed or columns)[3:],
        ),
        key=given.key,
        refers={HOLDER: organisation_codes("单位")} if HOLDER in columns else {},
        checks=(not_in_future(given.counts_on),) if given.counts_on in days else (),
        derive=_derive(given),
        born=_born(given),
        effects={s.name: _index(given) for s in _steps(given, may)},
        half_done=half,
        always=(given.name,) if half else (),
        then={"draft": "submit", "revise": "submit"} if half else {},
        blank=lambda actor: model(
            register=given.id,
            recorded_by=actor.id,
            holder_id=min(actor.organisations, default=None),
        ),
        inside=lambda actor, thing: is_staff(actor) or thing.holder_id in actor.organisations,
        sheet=_sheet(given, may),
        public=given.sees == "everybody",
        menu=tuple(sorted({*STAFF, *given.writes})),
        unique=(given.key,) if given.key else (),
        stamps=_STAMPS if given.life == "recognised" else {},
    )


def _model(given: BookRegister) -> type[BookRecord]:
    """The record's class: the one table, with the register's fields as attributes."""

    class Records(models.Manager[BookRecord]):
        def get_queryset(self) -> QuerySet[BookRecord]:
            return super().get_queryset().filter(register=given.id).select_related("holder")

    class Meta:
        proxy = True
        app_label = "declared"  # of no installed application: no migration is made for it
        ordering = ["-id"]

    facts = {
        c.field: fact(c.field, is_day=c.kind == "day", is_list=c.kind == "words")
        for c in given.columns
        if c.field != HOLDER
    }
    label = property(lambda record: str(record.facts.get(given.name) or record.pk))
    name = "".join(part.title() for part in given.id.split("-"))
    made: Any = type(
        name,
        (BookRecord,),
        {"__module__": __name__, "Meta": Meta, "objects": Records(), "label": label, **facts},
    )
    made.extra_fields = {
        c.field: _pseudo(c.field, c.kind) for c in given.columns if c.field != HOLDER
    }
    return made  # type: ignore[no-any-return]


def _pseudo(name: str, kind: str) -> Any:
    """A field that is no column: how the kit knows the type of a fact."""
    made = _KINDS.get(kind, lambda: models.CharField(max_length=20_000, blank=True))()
    made.name = made.attname = name
    return made


class _Rights:
    """Who writes, and that who examines or recognises is another person."""

    def __init__(self, given: BookRegister) -> None:
        self.given = given

    def write(self, actor: Actor, thing: BookRecord) -> Verdict:
        staff = set(self.given.writes) & {"officer", "broker", "approver"}
        if actor.is_system or (actor.has(*staff) and not actor.firms):
            return YES
        outside = set(self.given.writes) - staff
        if actor.has(*outside) and thing.holder_id in actor.organisations:
            return YES
        return no("declared.who_writes", title=self.given.title)

    def office(self, actor: Actor, thing: BookRecord) -> Verdict:
        if actor.is_system or (actor.has("officer", "approver") and not actor.firms):
            return YES
        return no("declared.who_decides")

    def second(self, actor: Actor, thing: BookRecord) -> Verdict:
        """Neither who recorded, changed or submitted it, nor who examined it already."""
        hands = {thing.recorded_by, thing.examined_by, *thing.written_by}
        if actor.id in hands and not actor.is_system:
            return no("declared.not_your_own")
        return self.office(actor, thing)


def _wrote(thing: BookRecord, actor: Actor, at: datetime) -> dict[str, Any]:
    return {"written_by": sorted({*thing.written_by, actor.id}), "examined_by": 0}


_STAMPS = {
    "draft": _wrote,
    "revise": _wrote,
    "submit": _wrote,
    "correct": _wrote,
    "examine": lambda thing, actor, at: {"examined_by": actor.id},
    "send_back": lambda thing, actor, at: {"examined_by": 0},
}


def _states(given: BookRegister) -> dict[str, str]:
    if given.life == "kept":
        return {"recorded": "有效记录", "ended": "已终止"}
    if given.life == "recognised":
        return {
            "draft": "草稿",
            "submitted": "待审核",
            "examined": "待认定",
            "recognised": "已认定",
            "expired": "已到期",
            "withdrawn": "已撤回",
        }
    return {**given.stages, "done": "已办成", "lost": "没有办成"}


def _steps(given: BookRegister, may: _Rights) -> tuple[Step[Any], ...]:
    if given.life == "kept":
        return (
            step("record", "登记", "", "recorded", may.write, asks=ALL),
            step("correct", "更正", "recorded", "", may.write, asks=ALL, needs_why=True),
            step("end", "终止", "recorded", "ended", may.write, needs_why=True),
        )
    if given.life == "recognised":
        return (
            step("draft", "新建", "", "draft", may.write, asks=ALL),
            step("take_in", "导入认定", "", "recognised", may.office, asks=ALL, page=False),
            step("submit", "提交审核", "draft", "submitted", may.write),
            step("examine", "审核通过", "submitted", "examined", may.second),
            step("recognise", "认定", "examined", "recognised", may.second),
            step("send_back", "退回", "submitted examined", "draft", may.office, needs_why=True),
            step("revise", "修改", "draft", "", may.write, asks=ALL),
            step("correct", "更正", "recognised", "", may.office, asks=ALL, needs_why=True),
            step("expire", "到期", "recognised", "expired", may.office),
            step(
                "withdraw",
                "撤回",
                "draft submitted examined recognised",
                "withdrawn",
                may.office,
                needs_why=True,
            ),
        )
    return _pipeline(given, may)


def _pipeline(given: BookRegister, may: _Rights) -> tuple[Step[Any], ...]:
    stages = list(given.stages)
    going = " ".join(stages)
    moves = [
        step(
            f"to_{stage.replace('-', '_')}", f"进入{given.stages[stage]}", before, stage, may.write
        )
        for before, stage in pairwise(stages)
    ]
    return (
        step("begin", "登记", "", stages[0], may.write, asks=ALL),
        *moves,
        step("correct", "更正", going, "", may.write, asks=ALL, needs_why=True),
        step("finish", "办成", stages[-1], "done", may.write, needs_why=True),
        step("lose", "没有办成", going, "lost", may.write, needs_why=True),
    )


def _visible(given: BookRegister, model: type[BookRecord]) -> Callable[[Actor], QuerySet[Any]]:
    def visible(actor: Actor) -> QuerySet[Any]:
        found = model._default_manager.all()
        if is_staff(actor):
            return found
        own = models.Q(holder_id__in=actor.organisations) if actor.id > 0 else models.Q(pk__in=())
        shown = models.Q(state__in=LIVE) if given.sees == "everybody" else models.Q(pk__in=())
        return found.filter(own | shown)

    return visible


def _faces(given: BookRegister) -> Callable[[BookRecord], list[Face]]:
    def faces(record: BookRecord) -> list[Face]:
        register = REGISTERS[f"registry.{given.id}"]
        keys = DESKS | {f"org:{record.holder_id}"}
        if given.sees == "everybody" and record.state in LIVE:
            keys = frozenset({EVERYBODY})
        return [Face(keys, text_of(register, record), facets_of(register, record))]

    return faces


def _derive(given: BookRegister) -> Callable[[BookRecord], None]:
    def derive(record: BookRecord) -> None:
        parts = [
            record.facts.get(c.field) for c in given.columns if c.kind in ("text", "long", "words")
        ]
        words = [" ".join(p) if isinstance(p, list) else str(p) for p in parts if p]
        record.search = comparable(" ".join([*words, record.holder.name if record.holder else ""]))

    return derive


def _born(given: BookRegister) -> Callable[[BookRecord, Actor, datetime], None]:
    def born(record: BookRecord, actor: Actor, at: datetime) -> None:
        record.register, record.recorded_by = given.id, actor.id

    return born


def _index(given: BookRegister) -> Callable[[Done], None]:
    """Keep the typed facts as the record says them."""

    def index(done: Done) -> None:
        record = done.thing
        BookFact.objects.filter(record_id=record.pk).delete()
        BookFact.objects.bulk_create(list(_facts(given, record)))

    return index


def _facts(given: BookRegister, record: BookRecord) -> Iterable[BookFact]:
    for column in given.columns:
        value = getattr(record, column.field) if column.field != HOLDER else None
        if value in (None, "", []):
            continue
        made = BookFact(record_id=record.pk, register=given.id, field=column.field)
        if isinstance(value, date):
            made.day = value
        elif isinstance(value, int):
            made.number = value
        else:
            made.text = ("、".join(value) if isinstance(value, list) else str(value))[:200]
        yield made


@held.checked
def _typed_facts() -> Iterable[held.Fault]:
    """The typed facts, by which is counted, are those of their records."""
    names = ("record_id", "register", "field", "text", "number", "day")
    for given, model in _MADE:
        mine = BookFact.objects.filter(record__register=given.id)
        stand = Counter(mine.values_list(*names))
        said: Counter[tuple[Any, ...]] = Counter()
        for record in model._default_manager.order_by().iterator():
            said.update(tuple(getattr(f, n) for n in names) for f in _facts(given, record))
        for key in sorted({str(told[0]) for told in (stand - said) + (said - stand)}):
            yield held.Fault(f"registry.{given.id}", key, Said("held.facts"))


def _sheet(given: BookRegister, may: _Rights) -> SheetRules:
    first = {"kept": "record", "recognised": "take_in", "pipeline": "begin"}[given.life]
    correct = {
        "kept": ("recorded",),
        "recognised": ("recognised",),
        "pipeline": tuple(given.stages),
    }[given.life]
    undo = {"kept": "end", "recognised": "withdraw", "pipeline": "lose"}[given.life]
    gone = {"kept": ("ended",), "recognised": ("withdrawn",), "pipeline": ("lost",)}[given.life]
    return SheetRules(
        permission=may.office if given.life == "recognised" else may.write,
        create=lambda values, options: first,
        update=lambda thing, actor: "correct" if thing.state in correct else "",
        undo=undo,
        gone=gone,
        freed=lambda thing: {"facts": {n: v for n, v in thing.facts.items() if n not in given.key}},
        twin=("search", *(c.field for c in given.columns if c.field not in given.key)),
    )
