"""All addresses. Chinese pages have no prefix; /zh-hant/ and /en/ have theirs."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from . import problems
from .api.views import api
from .member import contracts, desk, introductions, listings, matches
from .office import imports, registers
from .public import views as public

handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.broken


def _listing(kind: str) -> list[URLPattern]:
    facts = {"kind": kind}
    return [
        path(f"{kind}s/new/", listings.new, facts, name=f"{kind}-new"),
        path(f"{kind}s/<int:pk>/", listings.page, facts, name=kind),
        path(f"{kind}s/<int:pk>/edit/", listings.edit, facts, name=f"{kind}-edit"),
        path(
            f"{kind}s/<int:pk>/steps/<slug:name>/", listings.take_step, facts, name=f"{kind}-step"
        ),
    ]


_pages: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("plan/", public.plan_page, name="plan"),
    path("plan/targets/<slug:identity>/", public.target_page, name="target"),
    path("plan/bodies/", public.bodies, name="bodies"),
    path("bulletins/", public.bulletins, name="bulletins"),
    path("roles/", public.roles, name="roles"),
    path("achievements/", public.achievements, name="achievements"),
    path("demands/", public.demands, name="demands"),
    *_listing("achievement"),
    *_listing("demand"),
    path("demands/<int:pk>/matches/", matches.for_demand, name="demand-matches"),
    path("achievements/<int:pk>/matches/", matches.for_achievement, name="achievement-matches"),
    path(
        "demands/<int:demand_pk>/introduce/<int:achievement_pk>/",
        matches.introduce,
        name="introduce",
    ),
    path("introductions/", introductions.listed, name="introductions"),
    path("introductions/<int:pk>/", introductions.page, name="introduction"),
    path("introductions/<int:pk>/act/", introductions.act, name="introduction-act"),
    path("answer/<str:token>/", introductions.answer, name="answer"),
    path("contracts/", contracts.listed, name="contracts"),
    path("contracts/new/", contracts.new, name="contract-new"),
    path("contracts/<int:pk>/", contracts.page, name="contract"),
    path("contracts/<int:pk>/steps/<slug:name>/", contracts.take_step, name="contract-step"),
    path("workspace/", desk.workspace, name="workspace"),
    path("inbox/", desk.letters, name="inbox"),
    path("imports/", imports.listed, name="imports"),
    path("imports/new/<slug:kind>/", imports.upload, name="import-new"),
    path("imports/template/<slug:kind>/", imports.template, name="import-template"),
    path("imports/<int:pk>/", imports.page, name="import"),
    path("imports/<int:pk>/mended/", imports.mended, name="import-mended"),
    path("imports/<int:pk>/<slug:name>/", imports.act, name="import-act"),
    path("firms/", registers.firms, name="firms"),
    path("firms/<int:pk>/", registers.firm, name="firm"),
    path("doubts/", registers.doubts, name="doubts"),
    path("ledger/", registers.ledger_page, name="ledger"),
    path("ledger/retry/", registers.retry, name="ledger-retry"),
    path("people/", registers.people_page, name="people"),
    path("outbox/", registers.letters_of_demo, name="outbox"),
    path("accounts/", include("allauth.urls")),
]
urlpatterns = [path("api/", api.urls), *i18n_patterns(*_pages, prefix_default_language=False)]
