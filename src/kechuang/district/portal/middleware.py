"""Who is asking, and how refusals are shown."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import actor_of
from kechuang.district.accounts.services import note_visit
from kechuang.district.core import acts, clock
from kechuang.district.core.actor import Actor
from kechuang.engines.base.errors import DomainError

from .held import let_go
from .once import key_of, shown_again
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


class OnceMiddleware:
    """A form that carries a key (every form of ours does) is taken once: a repeat is shown what
    the first one was shown.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acts.act(clock.now()) as act:
            request.act = act  # type: ignore[attr-defined]
            response = self.get_response(request)
        if act.written and response.status_code == 302:
            acts.answered(act.key, response["Location"])
        if act.written:
            let_go(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Here and not before: who sends has been shown to mean it (CSRF)."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None  # the API has keys of its own
        key = key_of(request)
        if key and acts.done(key):
            return shown_again(request, key)
        request.act.key = key  # type: ignore[attr-defined]
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return shown_again(request, exception.key) if isinstance(exception, acts.Repeated) else None


def _actor(request: HttpRequest) -> Actor:
    user = request.user if isinstance(request.user, User) else None
    actor = actor_of(user)
    if user and actor.id and user.last_seen_on != (today := clock.today()):
        note_visit(user.pk, today)
    return actor
