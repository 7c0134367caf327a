"""Every register over JSON, from its declaration: list, record and steps, with the permissions,
checks, versions and refusals of its pages.
"""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Header, NinjaAPI, Path, Query, Schema
from ninja.security import django_auth
from pydantic import create_model

from kechuang.district.core import clock, ledger
from kechuang.district.core.actor import Actor
from kechuang.district.core.models import Entry
from kechuang.district.core.registers import REGISTERS, Register, create, take
from kechuang.district.core.workflow import Step
from kechuang.district.portal.doors import knock
from kechuang.district.portal.finding import InOrder
from kechuang.district.portal.once import once
from kechuang.district.portal.registers.lists import filter_names, filters_of, search
from kechuang.district.portal.requests import actor_in, one
from kechuang.engines.base.errors import Invalid, NotSignedIn

from .shapes import body_of, columns_of, one_of, page_of, record_of, shown, steps_of, taken_in

Key = Annotated[int, Path(ge=1, le=2**63 - 1)]
Once = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="The same key with the same words is done once.",
    ),
]


class Problem(Schema):
    """A refusal. ``facts.errors``: one {field, code, words} each, where several fields are wrong."""

    code: str
    words: str
    facts: dict[str, Any]


class Listed(Schema):
    """What every list is asked with."""

    q: str = Field("", max_length=200)
    offset: int = Field(0, ge=0, le=10_000_000)
    limit: int = Field(20, ge=1, le=100)


READ = {401: Problem, 403: Problem, 404: Problem, 422: Problem, 429: Problem}
WRITE = {**READ, 409: Problem}
_FILTER = Annotated[str, Field(max_length=200)]


def mount(api: NinjaAPI) -> None:
    """Give every register its addresses: /<slug>, /<slug>/<id>, /<slug>/steps/<step>,
    /<slug>/<id>/steps/<step>.
    """
    for register in REGISTERS.values():
        _reads(api, register)
        for step in (s for s in register.steps if s.page):
            _step(api, register, step)


def _reads(api: NinjaAPI, register: Register[Any]) -> None:
    record = record_of(register)
    whole = one_of(register, record)
    names = dict.fromkeys(_names(register), (_FILTER, ""))
    asked_as = create_model(f"{record.__name__}Asked", __base__=Listed, **names)  # type: ignore[call-overload]

    _options = "、".join(asked_as.model_fields)

    def listed(request: HttpRequest, asked: Any) -> Any:
        actor = _reader(register, request)
        if strange := sorted(set(request.GET) - set(asked_as.model_fields)):
            raise Invalid("api.filter_unknown", strange[0], text=strange[0], options=_options)
        found = _narrowed(request, register, asked)
        part = found[asked.offset : asked.offset + asked.limit]
        count = len(found) if isinstance(found, InOrder) else found.count()
        return {"count": count, "items": [shown(register, x, actor) for x in part]}

    def record_page(request: HttpRequest, pk: Key) -> Any:
        actor = _reader(register, request)
        return _whole(register, one(register.visible(actor), pk), actor)

    listed.__annotations__["asked"] = Query[asked_as]  # type: ignore[valid-type, misc]
    _get(api, register, "", page_of(register, record), listed, "list")
    _get(api, register, "/{pk}", whole, record_page, "get")


def _get(
    api: NinjaAPI, register: Register[Any], at: str, shape: Any, view: Callable[..., Any], name: str
) -> None:
    api.get(
        f"/{register.slug}{at}",
        response={200: shape, **READ},
        tags=[register.slug],
        operation_id=f"{name}_{register.slug}",
        summary=register.title,
        url_name=f"{name}_{register.slug}",
    )(view)


def _step(api: NinjaAPI, register: Register[Any], step: Step[Any]) -> None:
    """One step as one operation: its fields, its version, its reason."""

    def made(request: HttpRequest, body: Any, key: Once = "") -> Any:
        repeat = _repeat(actor_in(request), register, step, "new", body, key)
        return _take(request, register, step, None, body, repeat)

    def taken(request: HttpRequest, pk: Key, body: Any, key: Once = "") -> Any:
        actor = actor_in(request)
        repeat = _repeat(actor, register, step, pk, body, key)
        if entry := ledger.done(repeat):  # the step may have ended one's own leave
            return _whole(register, one(_still_his(register, actor, pk, entry), pk), actor)
        return _take(request, register, step, one(register.visible(actor), pk), body, repeat)

    view: Callable[..., Any] = made if step.creates else taken
    view.__annotations__["body"] = body_of(register, step)
    at = "" if step.creates else "/{pk}"
    api.post(
        f"/{register.slug}{at}/steps/{step.name}",
        response={200: one_of(register, record_of(register)), **WRITE},
        auth=django_auth,
        tags=[register.slug],
        operation_id=f"{step.name}_{register.slug}",
        summary=f"{register.title} · {step.label}",
        url_name=f"{step.name}_{register.slug}",
    )(view)


def _repeat(
    actor: Actor, register: Register[Any], step: Step[Any], pk: object, body: Any, key: str
) -> str:
    place = f"{register.slug}/{pk}/{step.name}"
    return once(actor, place, key, body.model_dump(mode="json", exclude_unset=True))


def _still_his(register: Register[Any], actor: Actor, pk: int, entry: Entry) -> Any:
    """The records among which a repeat is answered: those one sees, and the one of which one saw
    the last that happened.
    """
    last = ledger.history(register.name, pk).last()
    if last is not None and last.pk == entry.pk:
        return register.model._default_manager.all()
    return register.visible(actor)


def _take(
    request: HttpRequest,
    register: Register[Any],
    step: Step[Any],
    thing: Any,
    body: Any,
    repeat: str,
) -> Any:
    actor, now = actor_in(request), clock.now()
    register.flow.permit(step.name, thing or register.blank_for(actor), actor)
    if step.needs_why and not body.why.strip():
        raise Invalid("step.why_missing", "why")
    values = taken_in(register, getattr(body, "values", None))
    said: dict[str, Any] = {"why": body.why, "key": repeat, "sure": getattr(body, "sure", False)}
    if thing is None:
        thing = create(register, step.name, values, actor, now, **said)
    else:
        version = getattr(body, "version", None)
        take(register, step.name, thing, values, actor, now, version=version, **said)
    return _whole(register, register.model._default_manager.get(pk=thing.pk), actor)


def _whole(register: Register[Any], thing: Any, actor: Actor) -> dict[str, Any]:
    return {**shown(register, thing, actor), "steps": steps_of(register, thing, actor)}


def _reader(register: Register[Any], request: HttpRequest) -> Actor:
    actor = actor_in(request)
    if not register.public and actor.id <= 0:
        raise NotSignedIn("api.sign_in")
    return actor


def _narrowed(request: HttpRequest, register: Register[Any], asked: Any) -> Any:
    """What this person may see of what was asked for: the best first when words are asked,
    otherwise in the list's order.

    Raises:
        Invalid: A value that the filter does not know.
        TooMany: Too many searches.
    """
    actor = actor_in(request)
    found = register.visible(actor)
    filters = {f.name: f for f in filters_of(register, actor)}
    for name in _names(register):
        value = getattr(asked, name)
        if not value:
            continue
        known = filters.get(name)
        if known is None or value not in {v for v, _ in known.options}:
            options = "、".join(v for v, _ in known.options) if known else ""
            raise Invalid("api.filter_unknown", name, text=value, options=options)
        found = known.apply(found, value)
    if asked.q:
        knock(request, "search")
        told = search(register, found, asked.q, actor)
        found = told.found
        if told.order is not None:
            return InOrder(found, told.order)
    return found.order_by(*([register.listed.order] if register.listed.order else []), "-pk")


def _names(register: Register[Any]) -> list[str]:
    return filter_names(register, columns_of(register))
