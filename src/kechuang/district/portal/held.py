"""A form that came when its session was over: held until its sender has signed in again."""

from urllib.parse import urlsplit

from django.http import HttpRequest, QueryDict
from django.utils.http import url_has_allowed_host_and_scheme

from .once import sender_of

_NAME = "held"
_MOST = 200_000  # letters of a form that are held
_PRIVATE = ("password", "csrfmiddlewaretoken")


def hold(request: HttpRequest) -> str:
    """Keep what was typed in the session, for the person who opened the form and nobody else.

    Returns:
        The page on which the form stands, to come back to.
    """
    given = request.POST.copy()
    for name in [n for n in given if any(word in n for word in _PRIVATE)]:
        del given[name]
    page = _page_of(request)
    typed = given.urlencode()
    if len(typed) <= _MOST:
        sender = sender_of(request.POST.get("key", ""))
        request.session[_NAME] = {"page": page, "typed": typed, "sender": sender}
    return page


def _page_of(request: HttpRequest) -> str:
    """The page of ours that the form was sent from, else its own address."""
    came = request.headers.get("Referer", "")
    host = request.get_host()
    if not came or not url_has_allowed_host_and_scheme(came, {host}, request.is_secure()):
        return request.get_full_path()
    parts = urlsplit(came)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def held_for(request: HttpRequest, actor_id: int) -> QueryDict | None:
    """What this person typed on this page before the session ended, not sent since."""
    held = request.session.get(_NAME)
    if not held or held["page"] != request.get_full_path() or held["sender"] != actor_id:
        return None
    return QueryDict(held["typed"])


def let_go(request: HttpRequest) -> None:
    """The form was sent again, or given up."""
    request.session.pop(_NAME, None)
