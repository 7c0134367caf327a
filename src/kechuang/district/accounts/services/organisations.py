"""Organisations, found by their credit code and never by name."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.permissions import can_keep_organisations
from kechuang.district.accounts.queries import organisations_by_code
from kechuang.district.core import ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.registers import Refers
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.base.identifiers import parse_credit_code
from kechuang.engines.text import comparable, normalise


def _search(organisation: Organisation) -> str:
    return comparable(" ".join([organisation.name, *organisation.former_names, organisation.code]))


def keep_organisation(
    code: str, name: str, kind: str, actor: Actor, at: datetime, *, former_names: Sequence[str] = ()
) -> tuple[Organisation, bool]:
    """Find an organisation by its code, or add it. A new name makes the old one a former name.

    Returns:
        The organisation and whether something was written.
    """
    if not (verdict := can_keep_organisations(actor)):
        raise NotAllowed(verdict.why)
    code, name = parse_credit_code(code, "code"), normalise(name)
    if not name:
        raise Invalid("organisation.name_missing", "name")
    with ledger.writing():
        found = Organisation.objects.select_for_update().filter(code=code).first()
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
        written=lambda organisation: str(organisation.code),
        keep=(lambda code, name, actor, at: keep_organisation(code, name, "enterprise", actor, at))
        if named_by
        else None,
        blank=(lambda code, name: Organisation(pk=_stand_in(code), code=code, name=name))
        if named_by
        else None,
        named_by=named_by,
        order="name",
        title=title,
    )


def _stand_in(code: str) -> int:
    """A key that no organisation has, the same for the same code: who is not registered yet, in a
    preview.
    """
    return -(int(hashlib.sha256(code.encode()).hexdigest()[:12], 16) + 1)
