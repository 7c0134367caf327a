"""All addresses. Chinese pages have no prefix; /zh-hant/ and /en/ have theirs."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from . import by_link, problems
from .api.views import api
from .desk import page as desk
from .firms import ladder as firm_ladder
from .firms import lists as firm_lists
from .firms import pages as firm_pages
from .member import begin, fields, introductions, matches
from .member import contracts as contract_pages
from .member import listings as listing_pages
from .office import changes as office_changes
from .office import (
    contacts,
    health,
    import_reading,
    imports,
    leaving,
    named,
    outbox,
    people,
    planning,
    registers,
    supervision,
)
from .office import figures as figure_pages
from .office import reports as office_reports
from .office import tasks as office_tasks
from .public import plans, policies, search
from .public import views as public
from .registers import urls as register_urls

handler403 = problems.forbidden
handler404 = problems.not_found
handler500 = problems.broken


_pages: list[URLPattern | URLResolver] = [
    path("", public.home, name="home"),
    path("plan/", plans.plan_page, name="plan"),
    path("plan/targets/<slug:identity>/", plans.target_page, name="target"),
    path("plan/targets/<slug:identity>/way.svg", plans.target_chart, name="target-chart"),
    path("plan/tasks/<int:number>/", plans.task_page, name="task"),
    path("policies/law/", office_changes.law_page, name="law"),
    path("policies/changes/", office_changes.change_list, name="changes"),
    path("policies/changes/<int:pk>/", office_changes.change_page, name="change"),
    path("policies/changes/<int:pk>/<slug:name>/", office_changes.change_step, name="change-step"),
    path("policies/<slug:identity>/change/", office_changes.change_form, name="change-form"),
    path("policies/", policies.policy_list, name="policies"),
    path("policies/<slug:identity>/", policies.policy_page, name="policy"),
    path("bulletins/ranks/", plans.ranks, name="ranks"),
    path("bulletins/ranks.svg", plans.ranks_chart, name="ranks-chart"),
    path("return/<str:token>/", supervision.owed_page, name="owed"),
    path("return/<str:token>/<int:pk>/", supervision.answer_return, name="answer-return"),
    path("link/<str:token>/renew/", by_link.renew, name="link-renew"),
    path("start/", begin.code, name="code"),
    path("start/<str:token>/", begin.start, name="start"),
    path("address/<str:token>/", begin.prove_address, name="prove-address"),
    path("drafts/", planning.draft_list, name="drafts"),
    path("drafts/<int:pk>/", planning.draft_page, name="draft"),
    path("drafts/<int:pk>/book.zip", planning.draft_book, name="draft-book"),
    path("drafts/<int:pk>/discard/", planning.draft_discard, name="draft-discard"),
    path("closings/new/", planning.close_period, name="close-period"),
    path("closings/<int:pk>/", planning.closing_page, name="closing"),
    path("closings/<int:pk>/correct/", planning.closing_correct, name="closing-correct"),
    path("comparisons/", planning.comparison_list, name="comparisons"),
    path("comparisons/<int:pk>/", planning.comparison_page, name="comparison"),
    path("tasks/", office_tasks.task_list, name="tasks"),
    path("tasks/set-up/", office_tasks.set_up, name="tasks-set-up"),
    path("tasks/<int:number>/", office_tasks.task_desk, name="task-desk"),
    path("tasks/<int:number>/<slug:what>/", office_tasks.task_act, name="task-act"),
    path("proofs/<slug:digest>/", office_tasks.proof, name="proof"),
    path("returns/", supervision.return_list, name="returns"),
    path("returns/ask/", supervision.ask_now, name="returns-ask"),
    path("returns/<int:pk>/", supervision.return_page, name="return"),
    path("returns/<int:pk>/fill/", supervision.fill_return, name="return-fill"),
    path("returns/<int:pk>/write-again/", supervision.write_again, name="return-write-again"),
    path("returns/<int:pk>/<slug:what>/", supervision.return_act, name="return-act"),
    path("reports/", office_reports.reports, name="reports"),
    path("reports/layouts/", office_reports.layout_check, name="layout-check"),
    path("reports/<slug:kind>/<str:period>/", office_reports.report, name="report"),
    path(
        "returns/layout/<slug:identity>/<str:period>/",
        office_reports.layout_return,
        name="layout-return",
    ),
    path("plan/bodies/", public.bodies, name="bodies"),
    path("roles/", public.roles, name="roles"),
    path("search/", search.search_page, name="search"),
    *register_urls.patterns(),
    path("demands/<int:pk>/matches/", matches.for_demand, name="demand-matches"),
    path("achievements/<int:pk>/matches/", matches.for_achievement, name="achievement-matches"),
    path(
        "demands/<int:demand_pk>/introduce/<int:achievement_pk>/",
        matches.introduce,
        name="introduce",
    ),
    path("fields/", fields.fields, name="fields"),
    path("introductions/", introductions.listed, name="introductions"),
    path("introductions/<int:pk>/", introductions.page, name="introduction"),
    path("introductions/<int:pk>/act/", introductions.act, name="introduction-act"),
    path("answer/<str:token>/", introductions.answer, name="answer"),
    path("workspace/", desk.workspace, name="workspace"),
    path("inbox/", desk.letters, name="inbox"),
    path("imports/", imports.listed, name="imports"),
    path("imports/new/<slug:kind>/", imports.upload, name="import-new"),
    path("imports/template/<slug:kind>/", imports.template, name="import-template"),
    path("imports/<int:pk>/", imports.page, name="import"),
    path("imports/<int:pk>/mended/", imports.mended, name="import-mended"),
    path("imports/<int:pk>/answer/", import_reading.answer, name="import-answer"),
    path("imports/<int:pk>/<slug:name>/", imports.act, name="import-act"),
    path("organisations/named/", named.listed, name="named"),
    path("firms/", firm_lists.firms, name="firms"),
    path("firms/<int:pk>/", firm_pages.firm, name="firm"),
    path("firms/<int:pk>/rungs/<slug:identity>/", firm_pages.rung, name="firm-rung"),
    path("firms/<int:pk>/rungs/<slug:identity>/apply/", firm_pages.apply, name="firm-apply"),
    path("firms/<int:pk>/years/", firm_pages.year_open, name="firm-year-open"),
    path("firms/<int:pk>/years/<int:year>/", firm_pages.firm_year, name="firm-year"),
    path("firm-years/sheet/", firm_lists.years_sheet, name="firm-years-sheet"),
    path("firm-years/<int:pk>/<slug:name>/", firm_pages.year_step, name="firm-year-step"),
    path("applications/", firm_lists.applications, name="applications"),
    path("applications/<int:pk>/", firm_pages.application, name="application"),
    path(
        "applications/<int:pk>/<slug:name>/", firm_pages.application_step, name="application-step"
    ),
    path("ladder/", firm_ladder.ladder, name="ladder"),
    path("ladder/lapses/", firm_ladder.lapses, name="lapses"),
    path("doubts/", registers.doubts, name="doubts"),
    path("ledger/", registers.ledger_page, name="ledger"),
    path("ledger/<int:pk>/notice.json", registers.notice, name="ledger-notice"),
    path("ledger/retry/", registers.retry, name="ledger-retry"),
    path("health/", health.page, name="health"),
    path("people/", people.people_list, name="people"),
    path("people/invite/", people.invite_page, name="person-invite"),
    path("people/organisations/new/", people.organisation_page, name="organisation-new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/slip/", people.slip, name="person-slip"),
    path("people/<int:pk>/hand-over/", leaving.hand_over_page, name="person-hand-over"),
    path("people/<int:pk>/<slug:what>/", people.person_act, name="person-act"),
    path("outbox/", outbox.demo_letters, name="outbox"),
    path("letters/", outbox.letter_list, name="letters"),
    path("letters/<int:pk>/", outbox.letter_page, name="letter"),
    path("letters/<int:pk>/<slug:what>/", outbox.act, name="letter-act"),
    path("contacts/", contacts.contact_list, name="contacts"),
    path("accounts/", include("allauth.urls")),
]
OWN_PAGES = (contract_pages, figure_pages, listing_pages)  # what registers have of their own
urlpatterns = [path("api/", api.urls), *i18n_patterns(*_pages, prefix_default_language=False)]
