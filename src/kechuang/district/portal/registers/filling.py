"""One form of a register being filled in: shown, kept half-done, refused at the field, or taken."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import select_template
from django.urls import reverse
from django.utils.translation import gettext

from kechuang.district.accounts.queries import form_draft, organisations_for
from kechuang.district.accounts.services import drop_form_draft, keep_form_draft
from kechuang.district.core import clock, files, ledger
from kechuang.district.core.registers import Register, create, take
from kechuang.district.core.workflow import Step
from kechuang.district.portal.components.forms import Form, texts_of
from kechuang.district.portal.requests import actor_in
from kechuang.engines.base.errors import (
    Invalid,
    InvalidForm,
    NotAllowed,
    Questioned,
    Stale,
    WrongState,
)
from kechuang.engines.base.numbers import parse_whole

from .cells import row_of
from .own import own_of

Given = Mapping[str, Any]
_KEPT_BY_ITSELF = "X-Kept-By-Itself"  # static/forms.js says so
MOST_BYTES = 20_000_000  # of one file that is sent along


def template_of(register: Register[Any], part: str) -> str:
    """The room's own template where there is one, else the kit's."""
    own = f"registers/{register.slug}_{part}.html"
    return str(select_template([own, f"registers/{part}.html"]).template.name)


def place_of(register: Register[Any], pk: object, step: Step[Any]) -> str:
    """Where a form is filled in, and what is kept half-done there."""
    return f"{register.slug}/{pk}/{step.name}"


def told_done(
    request: HttpRequest, register: Register[Any], step: Step[Any], pk: int
) -> HttpResponse:
    """To the record, or to the list where the step ended one's leave to see it."""
    messages.success(request, gettext("完成：") + gettext(step.label))
    if register.visible(actor_in(request)).filter(pk=pk).exists():
        return redirect(f"{register.slug}-record", pk)
    return redirect(register.slug)


class Filling:
    """One form being filled in: shown, kept half-done, refused at the field, or taken."""

    def __init__(
        self,
        request: HttpRequest,
        register: Register[Any],
        step: Step[Any],
        thing: Any,
        carried: Given,
    ) -> None:
        self.request, self.register, self.step, self.thing = request, register, step, thing
        self.actor, self.carried = actor_in(request), carried
        carries = f"?{self.request.GET.urlencode()}" if carried else ""
        self.place = place_of(register, thing.pk if thing else "new", step) + carries
        self.own = own_of(register)
        self.changed: list[tuple[str, str, str]] = []
        self.stale = self.questioned = False
        self.sent: dict[str, tuple[str, str]] = {}
        self.draft = form_draft(self.actor.id, self.place) if step.asks else None

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._show(self._form(None))
        if "keep" in self.request.POST or "drop" in self.request.POST:
            return self._draft()
        form = self._form(self.request.POST)
        sent = self._files(form)
        if form.ok:
            try:
                thing = self._take({**form.values, **sent})
            except Stale:
                self._conflict(form)
            except Questioned as e:
                form.add(e)
                self.questioned = True
            except Invalid as e:
                form.add(e)
            except (WrongState, NotAllowed) as e:
                if not self.step.asks:
                    raise
                form.errors.append(Invalid(e.words, ""))  # what was typed stays on the page
            else:
                return self._done(thing)
        return self._show(form)

    def _draft(self) -> HttpResponse:
        """Keep what was typed, or drop what was kept."""
        if "drop" in self.request.POST:
            drop_form_draft(self.actor.id, self.place)
            return redirect(self.request.get_full_path())
        keep_form_draft(self.actor.id, self.place, self.request.POST.urlencode(), clock.now())
        if _KEPT_BY_ITSELF in self.request.headers:
            return HttpResponse(status=204)
        messages.success(self.request, gettext("草稿已保存，下次打开接着填"))
        return redirect(self.request.get_full_path())

    def _initial(self) -> dict[str, Any]:
        if self.thing is not None:
            row = row_of(self.register, self.thing, self.actor)
            return {**row, **self.own.proposes(self.step.name, self.thing)}
        return dict(self.own.prefill(self.actor, self.carried))

    def _form(self, data: QueryDict | None) -> Form:
        if kept := self._kept:
            form = self._made(None)
            form.show(kept)
            return form
        return self._made(data)

    @property
    def _kept(self) -> QueryDict:
        """A form kept half-done, when it is shown: with the version that was seen when it was
        kept, so that no later change is lost.
        """
        if self.request.method == "POST" or self.draft is None or "fresh" in self.request.GET:
            return QueryDict()
        return QueryDict(self.draft.values)

    def _made(self, data: QueryDict | None) -> Form:
        names = [c.field for c in self.register.asked(self.step)]
        state = self.step.target or getattr(self.thing, "state", "")
        half_done = state in self.register.half_done and "then" not in self.request.POST
        return Form(
            self.register.layout,
            names,
            self._initial(),
            data,
            draft=half_done,
            required=self.register.always if half_done else self.step.must,
            organisations=organisations_for(self.actor),
        )

    def _files(self, form: Form) -> dict[str, str]:
        """The files that were sent along, kept; one that is too large is refused at its field."""
        found: dict[str, str] = {}
        for name in self.register.files_asked(self.step):
            sent = self.request.FILES.get(name)
            if sent is not None and (sent.size or 0) > MOST_BYTES:
                form.add(Invalid("file.proof_too_large", name))
            elif sent is not None:
                self.sent[name] = (files.keep(sent.read()), str(sent.name)[-200:])
            elif known := self._sent_before(name):
                self.sent[name] = known
        for name, (digest, called) in self.sent.items():
            found |= {name: digest, f"{name}_name": called}
        return found

    def _sent_before(self, name: str) -> tuple[str, str] | None:
        """A file that came with an earlier sending of this form, which was asked about or refused."""
        try:
            held = signing.loads(self.request.POST.get(f"{name}_sent", ""), salt=self._salt)
        except signing.BadSignature:
            return None
        return str(held[0]), str(held[1])

    @property
    def _salt(self) -> str:
        return f"{self.actor.id}/{self.place}"

    def _file_field(self, name: str) -> dict[str, str]:
        known = self.sent.get(name)
        token = signing.dumps(known, salt=self._salt) if known else ""
        called = known[1] if known else ""
        return {"name": name, "label": self.register.files[name], "sent": token, "called": called}

    def _take(self, values: Given) -> Any:
        why, now = self.request.POST.get("why", "").strip(), clock.now()
        if self.step.needs_why and not why:
            raise Invalid("step.why_missing", "why")
        with ledger.writing():
            goes_on = "then" in self.request.POST and self.then
            try:
                thing = self._written(values, why, now)
            except InvalidForm as e:
                if not (goes_on and e.errors[0].code == "record.nothing_changed"):
                    raise
                thing = self.thing  # nothing to save: submitted as it stands
            if goes_on and self.then:
                take(self.register, self.then.name, thing, {}, self.actor, now, sure=self._sure)
        return thing

    @property
    def then(self) -> Step[Any] | None:
        """The step that the form offers to take along, when it can follow."""
        name = self.register.then.get(self.step.name)
        state = self.step.target or getattr(self.thing, "state", "")
        found = self.register.flow.step(name) if name else None
        return found if found and state in found.sources else None

    def _written(self, values: Given, why: str, now: datetime) -> Any:
        if self.thing is None:
            return create(
                self.register,
                self.step.name,
                values,
                self.actor,
                now,
                why=why,
                sure=self._sure,
                **self.carried,
            )
        version = parse_whole(self.request.POST.get("version", ""))
        if self.step.versioned and version is None:
            raise Invalid("record.version_missing", "")
        take(
            self.register,
            self.step.name,
            self.thing,
            values,
            self.actor,
            now,
            version=version,
            why=why,
            sure=self._sure,
        )
        return self.thing

    @property
    def _sure(self) -> bool:
        return self.request.POST.get("sure") == "1"

    def _changed_by(self) -> str:
        """Who wrote last, for whoever reads the history."""
        if not self.changed or not self.register.inside(self.actor, self.thing):
            return ""
        last = ledger.history(self.register.name, self.thing.pk).last()
        return last.actor_label if last else ""

    def _conflict(self, form: Form) -> None:
        """Somebody else changed the record meanwhile: say what, take over what this person did
        not touch, keep the rest.
        """
        self.stale = True
        self.thing.refresh_from_db()
        seen = _seen(self.request.POST.get("seen", ""))
        now = texts_of(form, self._initial())
        for shown in form.fields:
            before, current = seen.get(shown.name, ""), now.get(shown.name, "")
            if before == current:
                continue
            self.changed.append((shown.column.heading, before, current))
            if shown.text == before:
                form.replace(shown.name, self._initial())
        form.errors.append(
            Invalid("record.changed_meanwhile" if self.step.asks else "record.look_again")
        )

    def _done(self, thing: Any) -> HttpResponse:
        drop_form_draft(self.actor.id, self.place)
        return told_done(self.request, self.register, self.step, thing.pk)

    def _show(self, form: Form) -> HttpResponse:
        back = reverse(f"{self.register.slug}-record", args=[self.thing.pk]) if self.thing else ""
        kept = self._kept
        seen = json.dumps(texts_of(form, self._initial()), ensure_ascii=False)
        facts = {
            "register": self.register,
            "thing": self.thing,
            "step": self.step,
            "form": form,
            "why": self.request.POST.get("why", ""),
            "version": kept.get("version") or getattr(self.thing, "version", ""),
            "seen": kept.get("seen") or seen,
            "changed": self.changed,
            "changed_by": self._changed_by(),
            "questioned": self.questioned,
            "files": [self._file_field(n) for n in self.register.files_asked(self.step)],
            "then": self.then,
            "draft": self.draft if self.request.method != "POST" else None,
            "list_url": reverse(self.register.slug),
            "back": back or reverse(self.register.slug),
            "carried": self.carried,
            "notes": self.own.warns(self.step.name, self.thing, self.actor),
        }
        status = 409 if self.stale else 422 if form.errors else 200
        return render(self.request, template_of(self.register, "form"), facts, status=status)


def _seen(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}
