"""Words of achievements and demands that several pages use."""

from django.utils.translation import gettext

from kechuang.district.core.actor import Actor
from kechuang.district.market.models import Demand, Listing
from kechuang.district.market.queries import knows_owner


def owner_name(actor: Actor, thing: Listing) -> str:
    """The owner as this person may know it."""
    if isinstance(thing, Demand) and not knows_owner(actor, thing):
        return gettext("（企业名称不公开）")
    return thing.owner.name if thing.owner else ""
