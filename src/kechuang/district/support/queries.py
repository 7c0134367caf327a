from django.db.models import QuerySet

from kechuang.district.core.actor import Actor

from .models import PolicyChange

SEES_CHANGES = ("officer", "approver", "auditor")


def changes_visible_to(actor: Actor) -> QuerySet[PolicyChange]:
    """Proposals name the firms that gain and lose: for the bureau only.

    What was approved stands in the book for all.
    """
    if actor.is_system or actor.has(*SEES_CHANGES):
        return PolicyChange.objects.all()
    return PolicyChange.objects.none()
