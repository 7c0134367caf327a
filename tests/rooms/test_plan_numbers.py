"""Numbers tell the truth: coverage, published figures that judge, months without records, the plan
in force.
"""

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from kechuang.book import read_book
from kechuang.cli.main import main
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.registers import create, take
from kechuang.district.plan.models import PlanDraft, ReportedFigure
from kechuang.district.plan.queries import by_indicator, confirmed_until
from kechuang.district.plan.registers import BULLETINS, COMPLETENESS, FIGURES
from kechuang.district.plan.services import closings, drafts, reading
from kechuang.district.plan.services.published import Elsewhere
from kechuang.district.registry.services import keep_firm
from kechuang.engines.base.errors import InvalidForm, NotAllowed
from kechuang.engines.plantext import place
from tests.factories import NOW
from tests.portal.test_pages import client_of
from tests.steps import recognise

TODAY = NOW.date()
OLD, NEW = "jinnan-2020-2022", "jinnan-2025-2027"
FIRMS, TURNOVER = "high-tech-enterprises", "technology-contract-turnover"


def read(target, plan=NEW, year=2026, today=TODAY):
    book = current_book()
    chosen = book.plans[plan]
    return reading(book, chosen.target(target), year, today, chosen)


def bulletin(indicator, day, value, counting="total"):
    values = {
        "indicator": indicator,
        "place": "津南区",
        "as_of": day,
        "value": value,
        "counting": counting,
        "source": "市科技局通报",
    }
    return create(BULLETINS, "report", values, SYSTEM, NOW, sure=True)


def say_complete(world, indicator=TURNOVER, since=date(2020, 1, 1), **more):
    values = {"indicator": indicator, "since": since, "basis": "与市登记系统逐条对过", **more}
    return create(COMPLETENESS, "state_complete", values, world.actor("officer"), NOW)


def high_tech_firms(world, count):
    for n in range(count):
        owner = world.organisation(f"高企{n}有限公司", "enterprise")
        firm = keep_firm(owner, {}, SYSTEM, NOW)
        recognise(firm, "high_tech", f"GR{n}", date(2022, 3, 1), date(2025, 3, 1), SYSTEM, NOW)


# --- records that are not the whole


def test_three_firms_on_record_say_nothing_of_527(world):
    high_tech_firms(world, 3)
    found = read(FIRMS, OLD, 2022)
    assert found.light == "unknown"
    assert (found.ours, found.rows) == (3, 3)


def test_a_published_figure_judges_until_the_records_do(world):
    high_tech_firms(world, 3)
    bulletin(FIRMS, date(2022, 9, 30), "498")
    found = read(FIRMS, OLD, 2022, date(2022, 11, 2))
    assert (found.value, found.how, found.ours) == (498, "bulletin", 3)
    assert found.coverage.percent == 1
    assert "498" in found.coverage.words
    assert "1%" in found.coverage.words
    assert found.light in ("on_track", "at_risk", "behind")
    assert found.compared.gap == -495
    bulletin(FIRMS, date(2022, 12, 31), "500")
    assert read(FIRMS, OLD, 2022).light == "missed"
    bulletin(FIRMS, date(2022, 10, 31), "3")
    early = read(FIRMS, OLD, 2022, date(2022, 11, 2))
    assert (early.how, early.coverage.enough, early.value) == ("computed", True, 3)


def test_the_page_says_coverage_below_the_figure(world):
    high_tech_firms(world, 3)
    bulletin(FIRMS, date(2022, 12, 31), "498")
    page = Client().get(f"/plan/targets/{FIRMS}/?plan={OLD}").content.decode()
    assert "我方记录覆盖 1%" in page
    plan = Client().get(f"/plan/?plan={OLD}").content.decode()
    assert "我方记录覆盖 1%" in plan
    staff = client_of(world, "officer").get(f"/en/plan/targets/{FIRMS}/?plan={OLD}")
    assert "Our records cover 1%" in staff.content.decode()


def test_a_register_that_is_said_to_be_complete_judges_and_knows_zero(world):
    assert read(TURNOVER).light == "unknown"
    world.contract("A1", 2_000_000)
    assert read(TURNOVER).light == "unknown"
    said = say_complete(world)
    found = read(TURNOVER)
    assert (found.light, found.how, found.coverage.how) == ("behind", "computed", "stated")
    take(COMPLETENESS, "withdraw_complete", said, {}, world.actor("officer"), NOW, why="漏了一批")
    assert read(TURNOVER).light == "unknown"
    say_complete(world, "special-projects")
    nothing = read("special-projects", OLD, 2022)
    assert (nothing.value, nothing.light) == (0, "missed")


def test_the_form_opened_at_a_target_is_about_its_indicator(world):
    client = client_of(world, "officer")
    page = client.get(f"/plan/targets/{TURNOVER}/").content.decode()
    address = f"/completeness/new/state_complete/?indicator={TURNOVER}"
    assert address in page
    form = client.get(address).content.decode()
    assert f'<option value="{TURNOVER}" selected' in form
    sent = {"indicator": TURNOVER, "since": "2025-01-01", "basis": "逐条对过"}
    assert client.post(address, sent).status_code == 302
    assert read(TURNOVER).coverage.how == "stated"


def test_who_is_no_officer_says_nothing_of_registers(world):
    values = {"indicator": TURNOVER, "since": date(2020, 1, 1), "basis": "听说"}
    with pytest.raises(NotAllowed):
        create(COMPLETENESS, "state_complete", values, world.actor("enterprise"), NOW)
    with pytest.raises(InvalidForm):
        say_complete(world, until=date(2019, 1, 1))


def test_a_figure_that_counts_otherwise_is_not_laid_beside(world):
    bulletin("young-eagle", date(2022, 8, 31), "4974", "total")
    assert read("young-eagle", OLD, 2022).published is None  # a stock says nothing of a year's flow
    bulletin("young-eagle", date(2022, 7, 31), "200", "ytd")
    found = read("young-eagle", OLD, 2022)
    assert found.published.value == 200
    assert (
        found.light == "unknown"
    )  # the year's last figure is of July, nothing is known of its end


def test_a_quoted_figure_of_eight_months_is_no_years_figure(world):
    found = read("young-eagle", OLD, 2023)
    assert (found.value, found.published.until) == (200, date(2023, 8, 31))


# --- months without records


def months(world):
    for n, (day, yuan) in enumerate(
        [
            (date(2025, 2, 3), 9_400_000),
            (date(2025, 4, 3), 8_800_000),
            (date(2026, 3, 3), 15_000_000),
            (date(2026, 5, 3), 850_000),
            (date(2026, 7, 3), 9_680_000),
            (date(2026, 8, 3), 4_800_000),
            (date(2026, 9, 3), 2_400_000),
        ]
    ):
        world.contract(f"M{n}", yuan, day)


def test_a_month_without_contracts_is_a_zero_of_a_complete_register(world):
    months(world)
    unknown = read(TURNOVER)
    assert unknown.forecast.value is None
    say_complete(world)
    found = read(TURNOVER)
    assert len(found.observed) == 22  # every month from January 2025 to October 2026
    assert found.forecast.value == pytest.approx(0.737, abs=0.001)  # 0.77 without the empty months


def test_a_register_complete_since_later_makes_no_forecast_of_the_whole(world):
    months(world)
    bulletin(TURNOVER, date(2026, 9, 30), "0.3273", "ytd")
    found = read(TURNOVER)
    assert found.coverage.enough  # 2026 is all there; nothing is known of the months of 2025
    assert found.forecast.why.code == "forecast.unknown_months"


# --- closed months


def test_a_closed_month_says_what_its_figure_counts(world):
    officer = world.actor("officer")
    world.contract("A1", 1_000_000, date(2026, 8, 1))
    world.contract("A2", 2_000_000, date(2026, 9, 2))
    month = closings.close_period(TURNOVER, "2026-09", officer, NOW)
    assert (month.value, month.start) == ("0.03", date(2026, 1, 1))
    said = closings.counts_what(month)
    assert said == "年初至今：2026-01-01 至 2026-09-30，不是单月或单季数"
    year = closings.close_period(TURNOVER, "2025", officer, NOW)
    assert closings.counts_what(year).code == "closing.counts_period"
    stock = closings.close_period(FIRMS, "2026-09", officer, NOW)
    assert closings.counts_what(stock) == "2026-09-30 当天的存量"
    projects = closings.close_period("special-projects", "2026-09", officer, NOW)
    assert projects.start == date(2025, 1, 1)  # the plan in force, not the one that ended
    assert closings.counts_what(projects).code == "closing.counts_plan_to_date"
    page = client_of(world, "officer").get(f"/closings/{month.pk}/").content.decode()
    assert "年初至今" in page
    public = Client().get(f"/plan/targets/{TURNOVER}/").content.decode()
    assert "年初至今" in public


# --- the plan in force


def test_the_plan_page_opens_the_plan_in_force(world):
    book = current_book()
    assert [book.plan_on(date(y, 6, 1)).id for y in (2019, 2021, 2023, 2026, 2030)] == [
        OLD,
        OLD,
        OLD,
        NEW,
        NEW,
    ]
    page = Client().get("/plan/").content.decode()
    assert book.plans[NEW].title in page
    assert f'<a href="?plan={NEW}&amp;year=2026" aria-current="true">' in page


def test_an_ended_plan_opens_in_its_last_year_with_its_final_standing(world):
    bulletin(FIRMS, date(2022, 12, 31), "530")
    bulletin("gazelle", date(2022, 12, 31), "20", "year")
    page = Client().get(f"/plan/?plan={OLD}").content.decode()
    assert f'<a href="?plan={OLD}&amp;year=2022" aria-current="true">' in page
    assert "light-reached" in page
    assert "light-missed" in page
    assert read("gazelle", OLD, 2022).value == Decimal(20)
    home = Client().get("/").content.decode()
    assert "12 个目标" not in home
    rows = Client().get("/api/plan/targets").json()
    assert len(rows) == len(current_book().plans[NEW].targets)


# --- drafts


RATE = """示例区科技创新行动计划（2026—2028年）

一、主要目标
到2028年，每万人口发明专利拥有量达到99件，技术合同成交额达到1.2万亿元，国家高新技术企业达到2万家。

二、重点任务
（一）强化创新能力。建设重点实验室。
（二）培育科技企业。建立培育库。
"""


def test_a_target_is_tied_to_an_indicator_by_a_person_only(world):
    officer = world.actor("officer")
    draft = drafts.read_draft("计划.txt", RATE.encode(), officer, NOW)
    with pytest.raises(InvalidForm) as refusal:
        drafts.save_draft(draft, "shili", "jinnan", "示例区", officer, NOW)
    assert {e.code for e in refusal.value.errors} == {"draft.tie_open"}
    targets = [t for g in draft.draft["groups"] for t in g["targets"]]
    page = client_of(world, "officer").get(f"/drafts/{draft.pk}/").content.decode()
    assert "与“每万人口发明专利拥有量”“高价值发明专利”是不同指标" in page
    client = client_of(world, "officer")
    form = {"version": draft.version}
    ties = ["new", TURNOVER, FIRMS]
    form |= {f"g0t{n}_tie": tie for n, tie in enumerate(ties)}
    assert client.post(f"/drafts/{draft.pk}/", form).status_code == 302
    draft.refresh_from_db()
    assert [t["tie"] for g in draft.draft["groups"] for t in g["targets"]] == ties
    folder = drafts.save_draft(draft, "shili", "jinnan", "示例区", officer, NOW)
    book, problems = read_book(folder)
    assert not problems
    found = {t.indicator: t.value for t in book.plan.targets}
    assert found == {"target-1": 99, TURNOVER: 12000, FIRMS: 20000}
    assert len(targets) == 3


def test_a_tie_to_another_unit_is_refused(world):
    officer = world.actor("officer")
    draft = drafts.read_draft("计划.txt", RATE.encode(), officer, NOW)
    made = deepcopy(draft.draft)
    for target in made["groups"][0]["targets"]:
        target["tie"] = "new"
    made["groups"][0]["targets"][0] |= {"unit": "件/万人", "tie": "valid-invention-patents"}
    drafts.revise_draft(draft, made, officer, NOW)
    with pytest.raises(InvalidForm, match="不能换算"):
        drafts.save_draft(draft, "shili", "jinnan", "示例区", officer, NOW)


PLAN = """示例区科技创新行动计划（2026—2028年）

一、主要目标
到2028年，雏鹰企业和瞪羚企业分别达到600家、60家，某某指数由3分提高到5分。去年投入2.5亿元。

二、重点任务
（一）建设创新平台。新建重点实验室3家。引进高层次人才200人。（牵头单位：区科技局；责任单位：区教育局；完成时限：6月底）
（二）培育企业。建立培育库。（牵头单位：区工信局）
"""


def test_a_pasted_text_is_mended_in_the_draft_and_loses_nothing(world):
    client = client_of(world, "officer")
    answer = client.post("/drafts/", {"text": PLAN})
    assert answer.status_code == 302
    draft = PlanDraft.objects.get()
    page = client.get(f"/drafts/{draft.pk}/").content.decode()
    assert '<mark class="span-u"' in page
    assert "2.5亿元" in page
    assert "1 处没有放进" in page
    assert "were not placed" in client.get(f"/en/drafts/{draft.pk}/").content.decode()
    form = {
        "version": draft.version,
        "issuer": "示例区人民政府",
        "period_from": "2026-01-01",
        "period_to": "2028-12-31",
        "a0k0_do": "split",
        "a0k0_content": "新建重点实验室3家。\n引进高层次人才200人。",
        "a0k0_with": "区教育局、区财政局",
    }
    assert client.post(f"/drafts/{draft.pk}/", form).status_code == 302
    draft.refresh_from_db()
    made = draft.draft
    assert (made["issuer"], made["period"]) == ("示例区人民政府", ["2026-01-01", "2028-12-31"])
    tasks = made["areas"][0]["tasks"]
    assert [t["name"] for t in tasks] == ["建设创新平台", "引进高层次人才200人", "培育企业"]
    assert all(t["cooperating"] == ["区教育局", "区财政局"] for t in tasks[:2])
    assert [i.text for i in place(PLAN, made).missing] == ["2.5亿元"]
    client.post(f"/drafts/{draft.pk}/", {"version": draft.version, "a0k1_do": "merge"})
    draft.refresh_from_db()
    assert len(draft.draft["areas"][0]["tasks"]) == 2
    assert [i.text for i in place(PLAN, draft.draft).missing] == ["2.5亿元"]
    officer = world.actor("officer")
    settled = deepcopy(draft.draft)
    for target in (t for g in settled["groups"] for t in g["targets"]):
        target["tie"] = "new"
    settled["areas"][0]["tasks"][0]["days"] = {"6月底": "2026-06-30"}  # one June of three
    drafts.revise_draft(draft, settled, officer, NOW)
    folder = drafts.save_draft(draft, "shili", "national", "示例区", officer, NOW)
    book, _ = read_book(folder)
    assert "完成时限：6月底" in book.plan.tasks[0].content
    assert [(m.title, m.due) for m in book.plan.tasks[0].milestones] == [
        ("6月底", date(2026, 6, 30))
    ]
    assert "由3分起" in book.plan.targets[2].note


def test_reading_on_the_command_line_prints_the_share_placed(tmp_path, capsys):
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    assert main(["plan", "read", str(path)]) == 0
    told = capsys.readouterr()
    assert "11/12（91%）" in told.err
    found = json.loads(told.out)["placing"]
    assert [(m["text"], m["sentence"]) for m in found["missing"]] == [
        ("2.5亿元", "去年投入2.5亿元。")
    ]


def report(world, period, value, counting="", **more):
    values = {"indicator": TURNOVER, "place": "津南区"}
    values |= {"period": period, "value": value, "counting": counting, **more}
    return create(FIGURES, "report_figure", values, world.actor("officer"), NOW)


def confirmed(world, *figures):
    ids = [report(world, *f).pk for f in figures]
    ReportedFigure.objects.filter(pk__in=ids).update(state="confirmed")


@pytest.mark.behind
def test_months_own_figures_are_added_up_for_the_years_target(world):
    """1.0 and 2.0 are 3.0 to the end of February; over a month that is missing nothing is added."""
    confirmed(
        world, ("2026-01", "1.0", "own"), ("2026-02", "2.0", "own"), ("2026-04", "2.5", "own")
    )
    told = published()
    assert (told.value, told.until) == (Decimal("3.0"), date(2026, 2, 28))
    assert "2 期" in told.note


@pytest.mark.behind
def test_a_figure_of_which_nobody_said_what_it_is_stays_the_years_to_date(world):
    confirmed(world, ("2026-01", "1.0", "ytd"), ("2026-02", "1.5", "ytd"))
    ReportedFigure.objects.update(counting="")  # as they stood before figures said it
    found = published()
    assert (found.value, found.until) == (Decimal("1.5"), date(2026, 2, 28))


def test_a_months_turnover_says_whether_it_is_the_months_own(world):
    with pytest.raises(InvalidForm, match="本期的，还是年初至今"):
        report(world, "2026-03", "3.2")
    assert report(world, "2026年1—3月", "3.2").counting == "ytd"
    assert report(world, "2026年4月", "1.1", "own").period == "2026-04"
    assert report(world, "2025", "9", "own").counting == ""  # a whole year is both
    with pytest.raises(InvalidForm, match="比前一期还小"):
        report(world, "2026-05", "1.2", "ytd")
    with pytest.raises(InvalidForm, match="不少于此前各期之和"):
        report(world, "2026-05", "5.0", "own")


def published(day=TODAY):
    book = current_book()
    kept = by_indicator(confirmed_until("津南区", day))
    return Elsewhere(kept, {}, book, day).newest(TURNOVER, "flow", 2026)
