"""What is sent twice is done once: the same person, place, words and key are one act."""

import hashlib
import json
import time
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from kechuang.district.core import acts
from kechuang.district.core.actor import Actor
from kechuang.engines.base.numbers import parse_whole

_WAIT = 20  # times a tenth of a second, for the first answer of two that came together


def once(actor: Actor, place: str, key: str, said: Any) -> str:
    """The key of one act; "" where none was given. ``said``: JSON-able, what was sent."""
    if not key:
        return ""
    whole = json.dumps([actor.id, place, key, said], ensure_ascii=False)
    return f"form:{hashlib.sha256(whole.encode()).hexdigest()}"


def new_key(actor: Actor) -> str:
    """The key of a form as it is shown: whose it is, and which."""
    return f"{actor.id}-{uuid.uuid4().hex}"


def sender_of(key: str) -> int | None:
    """To whom a form with this key was shown."""
    return parse_whole(key.partition("-")[0])


def key_of(request: HttpRequest) -> str:
    """The key of what is being sent; "" where the form carries none."""
    given = request.POST
    typed: list[tuple[str, Any]] = [
        (n, given.getlist(n)) for n in sorted(given) if n != "csrfmiddlewaretoken"
    ]
    typed += [(n, _digest(request.FILES[n])) for n in sorted(request.FILES)]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return once(actor, request.get_full_path(), given.get("key", ""), typed)


def _digest(sent: Any) -> str:
    found = hashlib.sha256()
    for part in sent.chunks():
        found.update(part)
    sent.seek(0)
    return found.hexdigest()


def shown_again(request: HttpRequest, key: str) -> HttpResponse:
    """The first answer to what is sent again: where it led. It may still be on its way."""
    for _ in range(_WAIT):
        if address := acts.answer_of(key):
            messages.info(request, gettext("刚才已经收到，没有重复写入"))
            return redirect(address)
        time.sleep(0.1)
    return render(request, "sent_before.html")
