"""The one import of registers: rows checked as the form checks, written many at once, taken back
many at once.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kechuang.district.core import bulk, clock
from kechuang.district.core.actor import Actor, Verdict
from kechuang.district.core.models import ImportRow, Stated
from kechuang.district.core.registers import (
    Register,
    change_many,
    create_many,
    errors_of,
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

from .kinds import Applied, RowPlan, Values
from .kinds import register as known


@dataclass
class Draft:
    """A row on its way: the record it would be, what it is known as, what is wrong."""

    values: Values
    thing: Any
    known: Any = None
    changes: dict[str, Any] = field(default_factory=dict)
    plan: RowPlan = field(default_factory=lambda: RowPlan("create"))
    then: Any = None  # the record as it would be


class RegisterSheet:
    """Rows of a register's layout, by its declaration."""

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

    def _drafts(self, actor: Actor, rows: Sequence[Values], options: Values) -> list[Draft]:
        given = [self.rules.defaults(r, options, actor) for r in rows]
        things = self._things(actor, given)
        drafts = [Draft(v, t, plan=p) for v, (t, p) in zip(given, things, strict=True)]
        sound = [d for d in drafts if not d.plan.problems]
        known, day = self.known(actor, sound), clock.today()
        for place, draft in enumerate(sound):
            draft.known = known.get(place)
            draft.then = draft.thing
            self._judge(actor, draft, options, day)
        self._ask([d for d in sound if not d.plan.problems and d.plan.plan != "same"], day)
        return drafts

    def _ask(self, drafts: Sequence[Draft], day: date) -> None:
        """What the form would ask stands beside the row: confirming the sheet answers it."""
        beside = [d.then for d in drafts] if self.register.questions else []
        for draft in drafts:
            asked = questions_of(self.register, draft.then, day, beside)
            draft.plan.notes += [q.words for q in asked]
            draft.plan.asked = [q.code for q in asked]

    def _things(self, actor: Actor, given: Sequence[Values]) -> list[tuple[Any, RowPlan]]:
        """Each row as the record that it would be; codes that name nothing are problems or will
        be kept.
        """
        found = {
            name: refers.found({v[name] for v in given if v.get(name)})
            for name, refers in self.register.refers.items()
        }
        made, now = [], clock.now()
        for values in given:
            plan, plain = RowPlan("create"), dict(values)
            for name, refers in self.register.refers.items():
                code = values.get(name)
                plain[name] = found[name].get(code) if code else None
                if code and plain[name] is None:
                    called = values.get(refers.named_by) if refers.named_by else None
                    if refers.blank is None:
                        plan.problems.append(Invalid("import.no_owner", name, code=code))
                    elif not called:
                        heading = self.register.heading(name)
                        plan.problems.append(
                            Invalid("import.no_party", name, side=heading, code=code)
                        )
                    else:
                        plain[name] = refers.blank(code, called)
                        plan.notes.append(Said("import.note.will_register", name=called, code=code))
            thing = bulk.new(self.register.model)
            self.register.born(thing, actor, now)
            if not plan.problems:
                put(self.register, thing, settled(self.register, plain))
            made.append((thing, plan))
        return made

    def known(self, actor: Actor, drafts: Sequence[Draft]) -> dict[int, Any]:
        """Which rows are records already: by key, else by twin.

        Only what exists for the person is known.
        """
        found: dict[int, Any] = {}
        for names, whole in ((self.register.key, True), (self.rules.twin, False)):
            left = {place: d for place, d in enumerate(drafts) if place not in found}
            keys = {place: self._key(d.thing, names) for place, d in left.items()} if names else {}
            keys = {p: k for p, k in keys.items() if (all(k) if whole else k[0])}
            if not keys:
                continue
            wanted = {f"{self.register.path(names[0])}__in": {k[0] for k in keys.values()}}
            rows = self.register.visible(actor).filter(**wanted).order_by("-pk")
            own_number = self.register.unique in (
                names,
                (names,),
            )  # an ended record's too stays its own
            held: dict[tuple[Any, ...], Any] = {}
            for row in rows:
                if row.state not in self.rules.gone or (whole and own_number):
                    held.setdefault(self._key(row, names), row)
            for place, key in keys.items():
                if key in held and (whole or not self._told_apart(left[place].thing, held[key])):
                    found[place] = held[key]
        return found

    def _told_apart(self, thing: Any, other: Any) -> bool:
        """Whether both have a whole key: then they are two, however alike they look."""
        names = self.register.key
        return bool(names) and all(self._key(thing, names)) and all(self._key(other, names))

    def _key(self, thing: Any, names: Sequence[str]) -> tuple[Any, ...]:
        held = (getattr(thing, self.register.attname(n)) for n in names)
        return tuple(tuple(v) if isinstance(v, list) else v for v in held)

    def _judge(self, actor: Actor, draft: Draft, options: Values, day: date) -> None:
        plan, thing, register = draft.plan, draft.thing, self.register
        if draft.known is not None:
            thing = draft.known
            name = self.rules.update(thing, actor)
            step = register.flow.step(name) if name else None
            self._compare(actor, draft, step, day)
            return
        step = register.flow.step(self.rules.create(draft.values, options))
        thing.state = step.target
        plan.problems += errors_of(register, thing, day)
        if self.rules.twin and not all(draft.values.get(n) for n in register.key):
            plan.identity = self._key(thing, self.rules.twin)
            plan.identity_at = register.listed.columns[0]
        if not step.permission(actor, thing):
            plan.problems.append(Invalid("import.not_yours", next(iter(register.refers), "")))

    def _compare(self, actor: Actor, draft: Draft, step: Step[Any] | None, day: date) -> None:
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
        plan.problems += errors_of(self.register, known, day)
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
        self, actor: Actor, rows: Sequence[ImportRow], options: Values, at: datetime
    ) -> list[Applied]:
        self._keep_unknown(actor, rows, at)
        drafts = self._drafts(actor, [r.values for r in rows], options)
        for row, draft in zip(rows, drafts, strict=True):
            self._still(row, draft)
            self._answered(row, draft, options)
        self._write_new(actor, drafts, options, at)
        self._write_changes(actor, drafts, options, at)
        made = [d.known or d.thing for d in drafts]
        return [Applied(str(t.pk), label_of(t), {"version": t.version}) for t in made]

    def _still(self, row: ImportRow, draft: Draft) -> None:
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

    def _answered(self, row: ImportRow, draft: Draft, options: Values) -> None:
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

    def _keep_unknown(self, actor: Actor, rows: Sequence[ImportRow], at: datetime) -> None:
        for name, refers in self.register.refers.items():
            if refers.keep is None:
                continue
            codes = {
                r.values[name]: r.values.get(refers.named_by) for r in rows if r.values.get(name)
            }
            known = refers.found(codes)
            for code, called in codes.items():
                if code not in known and called:
                    refers.keep(code, called, actor, at)

    def _write_new(
        self, actor: Actor, drafts: Sequence[Draft], options: Values, at: datetime
    ) -> None:
        by_step: dict[str, list[Draft]] = {}
        for draft in drafts:
            if draft.known is None:
                step = self.rules.create(draft.values, options)
                put(self.register, draft.thing, stamp(self.register, step, draft.thing, actor, at))
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

    def undo(self, actor: Actor, rows: Sequence[ImportRow], at: datetime) -> list[tuple[str, str]]:
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

    def _untouched(self, row: ImportRow, thing: Any, actor: Actor) -> tuple[str, str]:
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

    def _back(self, row: ImportRow, thing: Any, actor: Actor, at: datetime) -> tuple[str, Values]:
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
