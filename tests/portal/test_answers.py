"""Pages that answer first: target, firm, ladder, fields, desk, import."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.district.core import clock
from kechuang.district.market.queries import all_stages, stages_by_area
from kechuang.district.portal.firms.outlook import effects_of, tiles_of
from kechuang.district.portal.reports.way import HIGH, WIDE, step_of
from kechuang.district.registry.services.outlook import lacks, nearest, outlook_of
from tests.factories import NOW
from tests.portal.test_firms import firm, page, reported  # noqa: F401
from tests.portal.test_pages import client_of
from tests.steps import recognise as record

TURNOVER = "/plan/targets/technology-contract-turnover/"


def heading(text):
    return re.sub(r"<[^>]+>|\s+", " ", re.search(r"<h1[^>]*>(.*?)</h1>", text, re.S)[1]).strip()


def test_a_target_without_a_figure_says_so_and_draws_nothing(world):
    shown = page(client_of(world, "visitor"), f"{TURNOVER}?plan=jinnan-2020-2022&year=2022")
    assert "还没有数" in heading(shown)
    assert 'class="way"' not in shown
    assert 'class="bullet wide"' not in shown
    assert "画不出图" in shown


def test_a_target_with_too_few_points_is_a_bar(world):
    for n in range(3):
        world.contract(f"TJ-{n}", 1_000_000 * (n + 1))
    shown = page(client_of(world, "visitor"), TURNOVER)
    assert "0.06 亿元" in heading(shown)
    assert 'class="way"' not in shown
    assert 'class="bullet wide"' in shown


def test_ten_records_are_shown_first_and_all_on_asking(world):
    for n in range(13):
        world.contract(f"TJ-{n}", 1_000_000)
    officer = client_of(world, "officer")
    few, every = page(officer, TURNOVER), page(officer, f"{TURNOVER}?rows=all")
    assert few.count("合同TJ-") < every.count("合同TJ-")
    assert len(set(re.findall(r"合同TJ-\d+", few))) == 10
    assert len(set(re.findall(r"合同TJ-\d+", every))) == 13
    assert "全部 13 条" in few
    assert "全部 13 条" not in every


def test_a_target_asks_no_more_for_more_records(world):
    officer, counts = client_of(world, "officer"), []
    for several in (range(3), range(3, 13)):
        for n in several:
            world.contract(f"TJ-{n}", 1_000_000)
        page(officer, TURNOVER)
        with CaptureQueriesContext(connection) as seen:
            page(officer, TURNOVER)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_step_of_a_scale_is_round():
    for span in (0.4, 3, 7, 50, 99, 400, 1_234, 98_765):
        assert 2.3 <= span / step_of(span) <= 6, span
    assert (WIDE, HIGH) == (640, 300)


def test_the_nearest_rung_lacks_least(world, firm):  # noqa: F811
    found = outlook_of(firm, clock.today())
    assert found.next is nearest(found.standings)
    rivals = [s for s in found.standings if not s.held and s.verdict != "no_rule" and not s.ended]
    assert lacks(found.next) == min(lacks(s) for s in rivals)
    assert all(c.verdict in ("passes", "fails", "cannot_tell") for c in found.conditions)


def test_the_ladder_says_what_ends_soon_and_what_it_would_move(world, firm):  # noqa: F811
    today = clock.today()
    ends = date(today.year, 12, 20)
    start = date(today.year - 3, 12, 20)
    record(firm, "high_tech", "GR-1", start, ends, world.actor("officer"), NOW)
    tiles = {t.standing.rung.id: t for t in tiles_of(outlook_of(firm, today), today)}
    assert tiles["high_tech"].state == "due"
    assert tiles["high_tech"].days == (ends - today).days
    shown = page(client_of(world, "enterprise"), f"/firms/{firm.pk}/")
    assert f"{tiles['high_tech'].days} 天后到期" in shown
    assert "区里另外看到" not in shown
    assert "企业看不到这一块" in page(client_of(world, "officer"), f"/firms/{firm.pk}/")
    moved = effects_of(outlook_of(firm, date(2022, 12, 1)), date(2022, 12, 1))
    assert all(t.indicator for t, _, _ in moved)
    assert {c for _, c, s in moved if s.rung.id == "high_tech"} <= {1, -1}


def test_who_may_not_see_finances_sees_no_answer_of_the_rules(world, firm):  # noqa: F811
    shown = page(client_of(world, "broker"), f"/firms/{firm.pk}/")
    assert "认定有效" in heading(shown)
    for hidden in ("能得到什么", "三年走势", "接着做"):
        assert hidden not in shown


def test_fields_say_how_far_demands_came(world):
    near, far = world.demand(), world.demand("另一个需求")
    offer = world.achievement()
    world.introduction(near, offer)
    found = stages_by_area(world.actor("broker"))
    total = all_stages(found)
    assert (total.demands, total.introduced, total.agreed, total.contracted) == (2, 1, 0, 0)
    assert total.offers == 1
    assert far.area == near.area
    broker = client_of(world, "broker")
    assert "2 项需求里，0 项签了合同" in heading(page(broker, "/fields/"))
    assert "从需求到合同" in page(broker, "/workspace/")
    assert client_of(world, "visitor").get("/fields/").status_code == 302
    assert client_of(world, "enterprise").get("/fields/").status_code == 403


def test_fields_without_demands_say_so(world):
    shown = page(client_of(world, "broker"), "/fields/")
    assert "还没有公开过的需求" in heading(shown)


@pytest.mark.parametrize("address", ["/firms/{}/", "/ladder/"])
def test_no_inline_style_and_every_picture_has_its_words(world, firm, address):  # noqa: F811
    shown = page(client_of(world, "officer"), address.format(firm.pk))
    main = shown[shown.index("<main") :]
    assert " style=" not in main
    for svg in re.findall(r"<svg[^>]*>", main):
        assert "aria-label=" in svg or "aria-hidden=" in svg
