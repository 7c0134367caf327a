"""Which imports a person sees."""

from typing import Any

from django.http import HttpRequest

from kechuang.district.core.models import ImportBatch
from kechuang.district.portal.requests import actor_in


def mine(request: HttpRequest) -> Any:
    """All for officers and auditors, else one's own."""
    actor = actor_in(request)
    found = ImportBatch.objects.all()
    return found if actor.has("officer", "auditor") else found.filter(actor_id=actor.id)
