"""The API: the same reads and the match call, over the same services. Documented at /api/docs."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, ConfigDict

from kechuang.district.core import clock, ledger
from kechuang.district.core.books import current_book
from kechuang.district.market.queries import (
    demands_visible_to,
)
from kechuang.district.market.services import matching
from kechuang.district.plan import services as plan
from kechuang.district.portal.doors import knock
from kechuang.district.portal.problems import wait_told
from kechuang.district.portal.requests import actor_in, one
from kechuang.district.portal.sayings import say
from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import DomainError, Invalid, InvalidForm, NotAllowed, NotSignedIn
from kechuang.engines.base.sayings import plain
from kechuang.engines.matching import Answer, read_want, said_of

from .registers import Key, Problem, mount

api = NinjaAPI(
    title="Kechuang 科创",
    version="1",
    urls_namespace="api",
    description="同一批记录，同一套权限。金额以分为单位。",
)


class ReasonOut(Schema):
    """``text`` is in the caller's language; ``code`` names the sentence for programs."""

    kind: str
    code: str
    text: str


class AnswerOut(Schema):
    """What an achievement says to one need; ``verdict``: said, partly, not_met or unsaid.

    ``quote`` is the sentence (null when unsaid), ``where`` title or text; ``asked`` and ``offered``
    are the figures laid side by side.
    """

    need: str
    verdict: str
    quote: str | None
    where: str | None
    asked: str | None
    offered: str | None
    text: str


class MatchOut(Schema):
    """``strength``: strong, possible, or empty for what comes nearest where nothing fits."""

    achievement: int
    title: str
    rank: int
    strength: str
    chance: float
    answers: list[AnswerOut]
    reasons: list[ReasonOut]


class KeptOut(Schema):
    """An achievement that would match but for a limit, and which."""

    achievement: int
    title: str
    strength: str
    code: str
    text: str


class MatchesOut(Schema):
    """``nothing_fits``: no achievement answers the demand; ``nearest`` then says what comes closest
    of the ``looked`` ones.
    """

    nothing_fits: bool
    looked: int
    listed: list[MatchOut]
    nearest: list[MatchOut]
    kept_out: list[KeptOut]


class TargetOut(Schema):
    """Amounts are decimal texts in ``unit``; ``value`` null: not published or not measured."""

    id: str
    number: int
    title: str
    unit: str
    target: str | None
    absence: str
    bound: str
    year: int
    value: str | None
    how: str
    light: str
    scope: str
    rows: int
    source: str


class Root(Schema):
    day: date
    root: str


_Text = Annotated[str, Field(max_length=60)]
_Amount = Annotated[int, Field(ge=0, le=10**15)]


class WantIn(BaseModel):
    """A demand that is not stored.

    A plain model: ninja's own would read the attributes of whatever it is given.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = Field(min_length=1, max_length=300, pattern=r"\S")
    text: str = Field("", max_length=8_000)
    keywords: list[_Text] = Field([], max_length=40)
    field: str = Field("", max_length=60)
    trl: int | None = Field(None, ge=1, le=9)
    modes: list[Annotated[str, Field(max_length=20)]] = Field([], max_length=10)
    budget_fen: _Amount | None = None


Top = Annotated[int, Query(ge=1, le=200)]
Year = Annotated[int | None, Query(ge=2000, le=9999)]
Day = Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")]
REFUSED = {422: Problem}


@api.exception_handler(HttpError)
def _not_json(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja itself refuses: no one signed in, no token against forgery, no JSON."""
    if error.status_code == 401:
        return _problem(request, NotSignedIn("api.sign_in"))
    if error.status_code == 403:
        return _problem(request, NotAllowed("api.no_token"))
    return _problem(request, Invalid("api.unreadable", errors=[str(error)]))


@api.exception_handler(ValidationError)
def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What does not fit the schema, said as every other refusal is."""
    found = [f"{'.'.join(str(p) for p in e['loc'][1:])}: {e['msg']}" for e in error.errors]
    return _problem(request, Invalid("api.unreadable", errors=found))


@api.exception_handler(DomainError)
def _problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    facts = {k: plain(v) for k, v in error.facts.items()}
    if isinstance(error, InvalidForm):
        facts["errors"] = [
            {"field": e.field, "code": e.code, "words": say(e)} for e in error.errors
        ]
    body = {"code": error.code, "words": say(error), "facts": facts}
    return wait_told(api.create_response(request, body, status=error.status), error)


mount(api)


@api.get(
    "/demands/{pk}/matches",
    response={200: MatchesOut, 403: Problem, 404: Problem, 409: Problem, **REFUSED},
    tags=["matching"],
)
def matches_of_demand(request: HttpRequest, pk: Key, top: Top = 20) -> MatchesOut:
    """Achievements for a stored demand, ranked, with reasons (staff and the demand's own firm)."""
    actor = actor_in(request)
    ranking = matching.achievements_for(one(demands_visible_to(actor), pk), actor)
    return _matches(ranking, top)


@api.post("/match", response={200: MatchesOut, 422: Problem, 429: Problem}, tags=["matching"])
def match(request: HttpRequest, want: WantIn, top: Top = 20) -> MatchesOut:
    """Achievements for a demand given here; nothing is stored."""
    knock(request, "match")
    wanted = read_want({"id": "asked", **want.model_dump()})
    return _matches(matching.match_text(wanted, actor_in(request)), top)


def _matches(ranking: Any, top: int) -> MatchesOut:
    return MatchesOut(
        nothing_fits=not ranking.listed,
        looked=ranking.looked,
        listed=[_match(c) for c in ranking.listed[:top]],
        nearest=[_match(c) for c in ranking.nearest[:top]],
        kept_out=[
            KeptOut(
                achievement=k.thing.pk,
                title=k.thing.title,
                strength=k.strength,
                code=k.why.code,
                text=say(k.why),
            )
            for k in ranking.kept_out[:top]
        ],
    )


def _match(c: Any) -> MatchOut:
    reasons = [ReasonOut(kind=r.kind, code=r.text.code, text=say(r.text)) for r in c.reasons]
    return MatchOut(
        achievement=c.thing.pk,
        title=c.thing.title,
        rank=c.rank,
        strength=c.strength,
        chance=round(c.chance, 3),
        answers=[_answer(a) for a in c.answers],
        reasons=reasons,
    )


def _answer(a: Answer) -> AnswerOut:
    return AnswerOut(
        need=a.need.text,
        verdict=a.verdict,
        quote=a.quote.text if a.quote else None,
        where=a.quote.where if a.quote else None,
        asked=a.asked.printed if a.asked else None,
        offered=a.offered.printed if a.offered else None,
        text=say(said_of(a)),
    )


@api.get("/plan/targets", response={200: list[TargetOut], **REFUSED}, tags=["plan"])
def targets(request: HttpRequest, year: Year = None) -> list[TargetOut]:
    """The targets of the plan in force (the last that was, when none is) with what is known of
    them; in the last year of one that ended, unless a year is asked for.
    """
    today = clock.today()
    chosen = current_book().plan_on(today)
    if chosen is None:
        return []
    asked = min(year or chosen.last_year(today), today.year)
    return [
        TargetOut(
            id=r.target.id,
            number=r.target.number,
            title=r.target.title,
            unit=r.indicator.unit,
            target=str(r.target.value) if r.target.value is not None else None,
            absence=r.target.absence,
            bound=r.target.bound,
            year=r.year,
            value=str(r.value) if r.value is not None else None,
            how=r.how,
            light=r.light,
            scope=r.scope,
            rows=r.rows,
            source=r.source,
        )
        for r in plan.readings(current_book(), asked, today, chosen)
    ]


@api.get("/ledger/root", response={200: Root, **REFUSED}, tags=["ledger"])
def ledger_root(request: HttpRequest, day: Day = None) -> Root:
    """The hash of the last ledger entry up to a day: whoever kept it can prove that nothing was
    changed since.
    """
    asked = parse_day(day, "day") if day else clock.today()
    assert asked
    return Root(day=asked, root=ledger.root_of(asked))
