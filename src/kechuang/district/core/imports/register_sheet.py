"""The one import of registers: rows checked as the form checks, written many at once, taken back
many at once.
"""

import copy
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import JSONField

from kechuang.district.core import bulk, clock
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.models import Stated
from kechuang.district.core.registers import (
    Judge,
    Register,
    change_many,
    create_many,
    fields_of,
    getter,
    on_declared,
    put,
    questions_of,
    settled,
    stamp,
    state_of,
)
from kechuang.district.core.workflow import Step, label_of
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.sayings import Said

from .drafts import Draft, drafted
from .kinds import Applied, RowPlan, StagedRow, Values
from .kinds import register as known


class RegisterSheet:
    """Rows of a register's layout, by its declaration."""

    whole: Said | None = None

    def __init__(self, register: Register[Any]) -> None:
        assert register.sheet
        self.register, self.rules = register, register.sheet
        self.kind, self.subject_kind = register.layout, register.name

    def permission(self, actor: Actor) -> Verdict:
        return self.rules.permission(actor, self.register.blank_for(actor))

    def check(self, actor: Actor, rows: Sequence[Values], options: Values) -> list[RowPlan]:
        drafts = self._drafts(actor, rows, options)
        live = [d for d in drafts if not d.plan.problems]
        if self.rules.doubts:
            fresh = [d for d in live if d.known is None]
            for place, pairs in self.rules.doubts(
                self.register, [d.thing for d in fresh], actor
            ).items():
                fresh[place].plan.doubts = pairs
                fresh[place].plan.notes.append(Said("import.note.may_be_known"))
        for draft in live:
            draft.plan.notes += self.rules.remarks(draft.thing, draft.values, draft.known)
        return [d.plan for d in drafts]

    def _drafts(
        self, actor: Actor, rows: Sequence[Values], options: Values, *, keep: bool = False
    ) -> list[Draft]:
        """Each row as the record that it would be, judged.

        ``keep``: organisations that nobody knows yet are registered, not only stood in for.
        """
        given = [self.rules.defaults(r, options, actor) for r in rows]
        drafts = drafted(self.register, given, actor, keep=keep)
        sound = [d for d in drafts if not d.plan.problems]
        known, day = self.known(actor, sound), clock.today()
        judge = Judge(self.register, day)
        for place, draft in enumerate(sound):
            draft.known = known.get(place)
            draft.then = draft.thing
            self._judge(actor, draft, options, judge)
        if self.register.questions:
            self._ask([d for d in sound if not d.plan.problems and d.plan.plan != "same"], day)
        return drafts

    def _ask(self, drafts: Sequence[Draft], day: date) -> None:
        """What the form would ask stands beside the row: confirming the sheet answers it."""
        beside = [d.then for d in drafts]
        for draft in drafts:
            asked = questions_of(self.register, draft.then, day, beside)
            draft.plan.notes += [q.words for q in asked]
            draft.plan.asked = [q.code for q in asked]

    def known(self, actor: Actor, drafts: Sequence[Draft]) -> dict[int, Any]:
        """Which rows are records already: by key, else by twin.

        Only what exists for the person is known.
        """
        found: dict[int, Any] = {}
        for names, whole in ((self.register.key, True), (self.rules.twin, False)):
            if not names:
                continue
            key_of = self._keyed(names)
            keys = {p: key_of(d.thing) for p, d in enumerate(drafts) if p not in found}
            keys = {p: k for p, k in keys.items() if (all(k) if whole else k[0])}
            if not keys:
                continue
            held = self._held(actor, names, {k[0] for k in keys.values()}, whole=whole)
            for place, key in keys.items() if held else ():
                if key in held and (whole or not self._told_apart(drafts[place].thing, held[key])):
                    found[place] = held[key]
        return found

    def _held(
        self, actor: Actor, names: Sequence[str], firsts: Collection[Any], *, whole: bool
    ) -> dict[tuple[Any, ...], Any]:
        """The records with these values in the first of the fields, by the values in all."""
        # a record that has ended still is its own number's
        ended_too = whole and self.register.unique in (names, (names,))
        wanted = bulk.among(self.register.path(names[0]), firsts)
        rows, key_of = self.register.visible(actor).filter(**wanted), self._keyed(names)
        held: dict[tuple[Any, ...], Any] = {}
        for row in rows.order_by("-pk"):
            if ended_too or row.state not in self.rules.gone:
                held.setdefault(key_of(row), row)
        return held

    def _told_apart(self, thing: Any, other: Any) -> bool:
        """Whether both have a whole key: then they are two, however alike they look."""
        names = self.register.key
        return bool(names) and all(self._keyed(names)(thing)) and all(self._keyed(names)(other))

    def _keyed(self, names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
        """Takes the values of some fields, so that they can be looked up."""
        fields = fields_of(self.register.model)
        held = getter([self.register.attname(n) for n in names])
        if not any(isinstance(fields[n], JSONField) for n in names):
            return held
        return lambda thing: tuple(tuple(v) if isinstance(v, list) else v for v in held(thing))

    def _judge(self, actor: Actor, draft: Draft, options: Values, judge: Judge) -> None:
        plan, thing, register = draft.plan, draft.thing, self.register
        if draft.known is not None:
            thing = draft.known
            name = self.rules.update(thing, actor)
            step = register.flow.step(name) if name else None
            self._compare(actor, draft, step, judge)
            return
        step = register.flow.step(self.rules.create(draft.values, options))
        thing.state = step.target
        plan.problems += judge(thing)
        if self.rules.twin and not all(draft.values.get(n) for n in register.key):
            plan.identity = self._keyed(self.rules.twin)(thing)
            plan.identity_at = register.listed.columns[0]
        if not step.permission(actor, thing):
            plan.problems.append(Invalid("import.not_yours", next(iter(register.refers), "")))

    def _compare(self, actor: Actor, draft: Draft, step: Step[Any] | None, judge: Judge) -> None:
        """What a row would change of a known record by a step; a blank cell leaves what is there.

        Leave is asked of the record as it is and as it would be: what a row writes must neither
        open it nor give it to an organisation for which the person may not write.
        """
        known, plan = draft.known, draft.plan
        plan.subject_id, plan.version = str(known.pk), known.version
        held = state_of(self.register, known)
        given = {
            c.field: getattr(draft.thing, c.field)
            for c in self.register.columns
            if draft.values.get(c.field) not in (None, "", [])
        }
        typed = {n: v for n, v in given.items() if _differs(getattr(known, n), v)}
        if not typed:
            plan.plan = "same"
            return
        plan.plan = "update"
        asked = {c.field for c in self.register.asked(step)} if step else set(typed)
        plan.problems += [
            Invalid("import.fixed_field", name, label=self.register.heading(name))
            for name in typed
            if name not in asked
        ]
        self._permit(actor, draft, step)
        typed = {n: v for n, v in typed.items() if n in asked}
        plan.before = {n: _json(getattr(known, self.register.attname(n))) for n in typed}
        put(self.register, known, typed)
        draft.changes = {n: v for n, v in state_of(self.register, known).items() if v != held[n]}
        plan.notes.append(
            Said("import.note.will_update", reference=label_of(known)[:60], count=len(typed))
        )
        if step is None:
            plan.problems.append(self._closed(known))
        plan.problems += judge(known)
        self._permit(actor, draft, step)
        draft.then = copy.copy(known)
        for name in draft.changes:  # it was only tried on: what is written is written by the step
            setattr(known, name, held[name])

    def _closed(self, known: Any) -> Invalid:
        """The refusal of a row whose record nobody changes any more."""
        at = self.register.key[0] if self.register.key else ""
        return Invalid("import.closed", at, state=self.register.states[known.state])

    def _permit(self, actor: Actor, draft: Draft, step: Step[Any] | None) -> None:
        verdict = step.permission(actor, draft.known) if step else None
        if verdict is not None and not verdict and not draft.plan.problems:
            owner = next(iter(self.register.refers), "")
            draft.plan.problems.append(Invalid(verdict.why, owner))

    def apply(
        self, actor: Actor, rows: Sequence[StagedRow], options: Values, at: datetime
    ) -> list[Applied]:
        drafts = self._drafts(actor, [r.values for r in rows], options, keep=True)
        for row, draft in zip(rows, drafts, strict=True):
            self._still(row, draft)
            self._answered(row, draft, options)
        self._write_new(actor, drafts, options, at)
        self._write_changes(actor, drafts, options, at)
        made = [d.known or d.thing for d in drafts]
        return [Applied(str(t.pk), label_of(t), {"version": t.version}) for t in made]

    def _still(self, row: StagedRow, draft: Draft) -> None:
        """Whether a row is still what the preview said.

        Raises:
            Invalid: With the line, and what came in between.
        """
        plan = draft.plan
        if plan.problems:
            raise Invalid(
                "import.row", plan.problems[0].field, line=row.line, error=plan.problems[0].words
            )
        if row.plan == "create" and draft.known is not None:
            raise Invalid("import.came_meanwhile", line=row.line)
        if row.plan == "update" and row.before.get("version") != plan.version:
            raise Invalid("import.row_stale", line=row.line)

    def _answered(self, row: StagedRow, draft: Draft, options: Values) -> None:
        """What the preview asked was answered by confirming it, and nothing else.

        A sheet of several parts is asked by parts, whose rows stand beside others when they are
        written: there a new question may be of the sheet's own making, and is not held against it.

        Raises:
            Invalid: There is a question since the preview.
        """
        answered = list(row.after.get("asked", []))
        if options.get("in_one_part") and not set(draft.plan.asked) <= set(answered):
            raise Invalid("import.asked_meanwhile", line=row.line)
        draft.plan.asked = answered

    def _write_new(
        self, actor: Actor, drafts: Sequence[Draft], options: Values, at: datetime
    ) -> None:
        by_step: dict[str, list[Draft]] = {}
        for draft in drafts:
            if draft.known is None:
                step = self.rules.create(draft.values, options)
                if stamped := stamp(self.register, step, draft.thing, actor, at):
                    put(self.register, draft.thing, stamped)
                draft.thing.sample = bool(options.get("sample"))
                for name, value in _by_uploader(draft.thing, options).items():
                    setattr(draft.thing, name, value)
                by_step.setdefault(step, []).append(draft)
        for step, made in by_step.items():
            things, asked = [d.thing for d in made], [d.plan.asked for d in made]
            create_many(self.register, step, things, actor, at, asked)

    def _write_changes(
        self, actor: Actor, drafts: Sequence[Draft], options: Values, at: datetime
    ) -> None:
        by_step: dict[str, list[tuple[Any, Values]]] = {}
        answered: dict[str, list[Sequence[str]]] = {}
        for draft in drafts:
            if draft.changes:
                step = self.rules.update(draft.known, actor)
                extra = dict(stamp(self.register, step, draft.known, actor, at))
                held = extra.get("written_by", getattr(draft.known, "written_by", None))
                extra |= _by_uploader(draft.known, options, held)
                by_step.setdefault(step, []).append((draft.known, {**draft.changes, **extra}))
                answered.setdefault(step, []).append(draft.plan.asked)
        for step, pairs in by_step.items():
            why = Said("import.why_by_sheet")
            change_many(self.register, step, pairs, actor, at, why, answered[step])

    def undo(self, actor: Actor, rows: Sequence[StagedRow], at: datetime) -> list[tuple[str, str]]:
        held = self.register.model._default_manager.select_for_update(of=("self",)).in_bulk(
            [int(r.subject_id) for r in rows if r.subject_id]
        )
        fates: list[tuple[str, str]] = []
        steps: dict[str, list[tuple[Stated, Values]]] = {}
        for row in rows:
            thing = held.get(int(row.subject_id or 0))
            fate = self._untouched(row, thing, actor)
            fates.append(fate)
            if fate[0] == "reversed" and thing is not None:
                step, changes = self._back(row, thing, actor, at)
                steps.setdefault(step, []).append((thing, changes))
        for step, pairs in steps.items():
            change_many(self.register, step, pairs, actor, at, Said("import.why_undone"))
        return fates

    def _untouched(self, row: StagedRow, thing: Any, actor: Actor) -> tuple[str, str]:
        if thing is None:
            return "failed", Said("record.none").as_text()
        if thing.version != row.after.get("version"):
            return "kept", Said("import.kept_touched").as_text()
        name = self.rules.update(thing, actor) if row.plan == "update" else self.rules.undo
        step = self.register.flow.step(name) if name else None
        if step is None or thing.state not in step.sources:
            return "kept", Said("import.kept_touched").as_text()
        if not (verdict := step.permission(actor, thing)):
            return "failed", verdict.why.as_text()
        return "reversed", ""

    def _back(self, row: StagedRow, thing: Any, actor: Actor, at: datetime) -> tuple[str, Values]:
        held = state_of(self.register, thing)
        if row.plan != "update":
            extra = stamp(self.register, self.rules.undo, thing, actor, at)
            return self.rules.undo, {**self.rules.freed(thing), **extra}
        before = {k: v for k, v in row.before.items() if k != "version"}
        references = {n: before.pop(n) for n in [*before] if n in self.register.refers}
        for name, pk in references.items():
            setattr(thing, self.register.attname(name), pk)
        put(self.register, thing, settled(self.register, before))
        changes = {n: v for n, v in state_of(self.register, thing).items() if v != held[n]}
        step = self.rules.update(thing, actor)
        extra = stamp(self.register, step, thing, actor, at)
        for name in changes:  # the step writes, and tells what it changed
            setattr(thing, name, held[name])
        return step, {**changes, **extra}


def _by_uploader(thing: Any, options: Values, held: Any = None) -> dict[str, Any]:
    """Whoever brought the sheet wrote its rows too, though another said yes: he checks none."""
    writers = held if held is not None else getattr(thing, "written_by", None)
    who = options.get("uploaded_by")
    if writers is None or not who or who in writers:
        return {}
    return {"written_by": [*writers, who]}


def _differs(a: Any, b: Any) -> bool:
    return bool(getattr(a, "pk", a) != getattr(b, "pk", b))


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def sheet_of(register: Register[Any]) -> None:
    """Make the sheet of a register known as an import."""
    if register.sheet:
        known(RegisterSheet(register))


on_declared(sheet_of)
