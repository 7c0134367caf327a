"""Who is asking, and how refusals are shown."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import actor_of
from kechuang.district.accounts.services import note_visit
from kechuang.district.core import clock
from kechuang.district.core.actor import Actor
from kechuang.engines.base.errors import DomainError

from .problems import as_page


class ActorMiddleware:
    """Puts ``request.actor`` there and turns a DomainError into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            return as_page(request, exception)
        return None


def _actor(request: HttpRequest) -> Actor:
    user = request.user if isinstance(request.user, User) else None
    actor = actor_of(user)
    if user and actor.id and user.last_seen_on != (today := clock.today()):
        note_visit(user.pk, today)
    return actor
