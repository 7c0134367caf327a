"""What views need of a request, typed."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override

from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.engines.base.errors import NotAllowed, NotFound
from kechuang.engines.base.numbers import parse_whole

from .problems import signed_out

View = Callable[..., HttpResponse]
M = TypeVar("M")
_NOBODY = frozenset({"nobody"})  # no role has this name


def actor_in(request: HttpRequest) -> Actor:
    """The person asking."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def signed_in(view: View) -> View:
    """Send visitors to sign in and back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not actor_in(request).id:
            if request.method == "POST":
                return signed_out(request)
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.readers = getattr(view, "readers", frozenset())  # type: ignore[attr-defined]
    return guarded


def for_roles(*roles: str) -> Callable[[View], View]:
    """A page for some roles."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not actor_in(request).has(*roles):
                raise NotAllowed("page.not_your_duty")
            return view(request, *args, **kwargs)

        guarded.readers = frozenset(roles)  # type: ignore[attr-defined]
        return signed_in(guarded)

    return wrap


def readers_of(address: str) -> frozenset[str] | None:
    """The roles for which a page of ours is: empty for everybody signed in, None for anybody.

    A page that is no longer there is nobody's.
    """
    return _readers_at(urlsplit(address).path)


@lru_cache(maxsize=2048)  # the addresses stand when the house starts, and every menu asks for all
def _readers_at(path: str) -> frozenset[str] | None:
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            view = resolve(path).func
        except Resolver404:
            return _NOBODY
    return getattr(view, "readers", None)


def may_open(actor: Actor, address: str) -> bool:
    """Whether a page of ours would let this person in: what a link to it asks before it is
    offered. The page and the link thus rest on the same words, those of `for_roles`.
    """
    readers = readers_of(address)
    return readers is None or bool(actor.id and (not readers or actor.has(*readers)))


def one(found: QuerySet, pk: object) -> Any:
    """A record that exists for this person; everything else does not exist."""
    known = parse_whole(str(pk), 2**63 - 1)
    thing = found.filter(pk=known).first() if known is not None else None
    if thing is None:
        raise NotFound("record.none_for_you")
    return thing


def year_in(request: HttpRequest, otherwise: int) -> int:
    """?year= up to this one, or ``otherwise``."""
    today: date = clock.today()
    asked = parse_whole(request.GET.get("year", ""), today.year)
    return asked if asked and asked >= 2000 else otherwise
