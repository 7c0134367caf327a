"""Organisations, found by their credit code; by name only where an official list told no more."""

import hashlib
from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.fields.reverse_related import ForeignObjectRel

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.permissions import can_keep_organisations
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.core import held, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.ledger import Line
from kechuang.district.core.registers import Refers
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.base.identifiers import parse_credit_code
from kechuang.engines.base.references import name_in
from kechuang.engines.text import comparable, normalise

Moved = dict[type[models.Model], set[Any]]  # which records of a model were written


def _search(organisation: Organisation) -> str:
    return comparable(" ".join([organisation.name, *organisation.former_names, organisation.code]))


def keep_organisation(
    code: str, name: str, kind: str, actor: Actor, at: datetime, *, former_names: Sequence[str] = ()
) -> tuple[Organisation, bool]:
    """Find an organisation by its code, or add it. A new name makes the old one a former name.

    Args:
        code: A credit code; or 无代码：name, of whom an official list told the name only.

    Returns:
        The organisation and whether something was written.
    """
    if not (verdict := can_keep_organisations(actor)):
        raise NotAllowed(verdict.why)
    called = normalise(name_in(code))
    code, name = ("", called) if called else (parse_credit_code(code, "code"), normalise(name))
    if not name:
        raise Invalid("organisation.name_missing", "name")
    with ledger.writing():
        known = Organisation.objects.select_for_update().filter(code=code)
        found = known.filter(name=name).first() if called else known.first()
        if found is None:
            found = Organisation(code=code, name=name, kind=kind, former_names=list(former_names))
            step, facts = "add", {"name": name}
        else:
            older = [n for n in (*found.former_names, *former_names) if n != name]
            step, facts = "rename", {"name": name, "was": found.name}
            if found.name != name:
                older.append(found.name)
            older = list(dict.fromkeys(older))
            if found.name == name and older == found.former_names:
                return found, False
            found.name, found.former_names = name, older
        found.search = _search(found)
        found.save()
        ledger.record(
            f"accounts.organisation.{step}",
            subject_kind="accounts.organisation",
            subject_id=found.pk,
            label=name,
            actor=actor,
            at=at,
            facts=facts,
        )
    return found, True


def link_organisation(named: Organisation, code: str, actor: Actor, at: datetime) -> Organisation:
    """Give an organisation known by name its credit code; when another has that code already, the
    two become that one, with all that stands under the name.

    Returns:
        The organisation that remains.

    Raises:
        NotAllowed: The person may not keep organisations.
        Invalid: No such code, it is not known by name only, or both hold what only one may.
    """
    if not (verdict := can_keep_organisations(actor)):
        raise NotAllowed(verdict.why)
    code = parse_credit_code(code, "code")
    with ledger.writing():
        one = Organisation.objects.select_for_update().get(pk=named.pk)
        if one.code:
            raise Invalid("organisation.has_code", "code", name=one.name)
        other = Organisation.objects.select_for_update().filter(code=code).first()
        moved: Moved = {}
        if other is None:
            one.code, kept = code, one
        else:
            if one.name not in (other.name, *other.former_names):
                other.former_names = [*other.former_names, one.name]
            moved, kept = _moved(one, other), other
            one.delete()
            moved.setdefault(Organisation, set()).add(named.pk)
        kept.search = _search(kept)
        kept.save()
        ledger.record(
            "accounts.organisation.link",
            subject_kind="accounts.organisation",
            subject_id=kept.pk,
            label=kept.name,
            actor=actor,
            at=at,
            facts={"name": named.name, "code": code, "moved": _counts(moved)},
        )
        _tell_moved(moved, actor, at)
    return kept


def _counts(moved: Moved) -> dict[str, int]:
    return {m._meta.label_lower: len(keys) for m, keys in moved.items() if m is not Organisation}


def _tell_moved(moved: Moved, actor: Actor, at: datetime) -> None:
    """An entry of each record that refers to another organisation now, or is no more."""
    lines: dict[tuple[str, Any], Line] = {}
    for model, keys in moved.items():
        kept, things = _records(model, keys)
        for key, thing in things.items() if kept else ():
            assert kept
            kind = kept.kind_of(thing) if thing is not None else kept.kind
            label, state = str(getattr(thing, "label", thing)), getattr(thing, "state", "")
            lines[kind, key] = Line(f"{kind}.relink", kind, key, label, state, state)
    ledger.record_many(list(lines.values()), actor, at)


def _records(model: type[models.Model], keys: set[Any]) -> tuple[held.Kept | None, dict[Any, Any]]:
    """The records that rows are, or belong to, by key; None for one that is no more."""
    rows = model._base_manager.in_bulk(keys)
    if kept := held.kept_of(model):
        return kept, {key: rows.get(key) for key in sorted(keys)}
    found = held.owner_of(model)
    if found is None:
        return None, {}
    kept, side = found
    (column,) = side.on
    owners = {getattr(row, column) for row in rows.values()}
    return kept, kept.model._base_manager.in_bulk(owners)


def _moved(one: Organisation, other: Organisation) -> Moved:
    """Everything that referred to one refers to the other; which records of which model.

    Raises:
        Invalid: The database holds that only one of the two may have it.
    """
    moved: Moved = {}
    try:
        with transaction.atomic():
            _repoint(one, other, moved)
    except IntegrityError as e:
        raise Invalid("organisation.both_hold", "code", name=other.name) from e
    return moved


def _repoint(one: models.Model, other: models.Model, moved: Moved) -> None:
    for relation in one._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel):
            continue
        model, name = relation.related_model, relation.field.name
        assert isinstance(model, type)
        manager = model._default_manager
        if not relation.field.primary_key:
            keys = set(manager.filter(**{name: one}).values_list("pk", flat=True))
            if keys:
                manager.filter(pk__in=keys).update(**{name: other})
                moved.setdefault(model, set()).update(keys)
            continue
        own = manager.filter(pk=one.pk).first()  # a record that is the organisation's own
        if own is None:
            continue
        kept = manager.filter(pk=other.pk).first()
        if kept is None:
            kept = copy(own)
            setattr(kept, name, other)
            kept.save(force_insert=True)
        moved.setdefault(model, set()).update((kept.pk, own.pk))
        _repoint(own, kept, moved)
        own.delete()


def organisation_codes(title: str, named_by: str = "") -> Refers:
    """A field that names an organisation by its credit code.

    Args:
        title: What people call it: 卖方.
        named_by: The column of a sheet with its name: an organisation that is not known yet is
            then registered, as
            an enterprise. Without it an unknown code is refused.
    """
    return Refers(
        found=organisations_by_code,
        written=lambda organisation: str(organisation.reference),
        keep=(lambda code, name, actor, at: keep_organisation(code, name, "enterprise", actor, at))
        if named_by
        else None,
        blank=_blank if named_by else None,
        named_by=named_by,
        order="name",
        title=title,
    )


def _blank(code: str, name: str) -> Organisation:
    return Organisation(pk=_stand_in(code), code="" if name_in(code) else code, name=name)


def _stand_in(code: str) -> int:
    """A key that no organisation has, the same for the same code: who is not registered yet, in a
    preview.
    """
    return -(int(hashlib.sha256(code.encode()).hexdigest()[:12], 16) + 1)
