"""Pages of firms and policies for those who fill in, coach and decide: what each shows, hides and
asks of the database.
"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kechuang.district.core import worker
from kechuang.district.core.books import current_book
from kechuang.district.registry.models import Application, FirmYear
from kechuang.district.registry.services import keep_firm, years
from kechuang.district.support.models import PolicyChange
from kechuang.engines.sheets.plain import read_sheet
from tests.factories import NOW
from tests.portal.test_pages import client_of
from tests.rooms.test_firms import GOOD
from tests.steps import recognise as record


@pytest.fixture
def firm(world):
    return reported(world, world.firm, 科技人员="5人")


def reported(world, organisation, **changes):
    officer = world.actor("officer")
    firm = keep_firm(
        organisation,
        {
            "founded_on": date(2015, 3, 1),
            "town": "双港镇",
            "park": "双港工业区",
            "industry": "电池",
        },
        officer,
        NOW,
    )
    for back in range(3):
        facts = (
            GOOD
            | {"销售收入": f"{4000 - 400 * back}万元", "净资产": f"{2000 - 200 * back}万元"}
            | changes
        )
        years.take_in(firm, 2025 - back, facts, "audit", officer, NOW)
    return firm


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_firm_sees_why_it_fails_and_what_would_do(world, firm):
    client = client_of(world, "enterprise")
    shown = page(client, f"/firms/{firm.pk}/")
    assert "科技人员达标" in shown
    assert "4000万元" in shown
    why = page(client, f"/firms/{firm.pk}/rungs/high_tech/")
    assert "最省的走法" in why
    assert "招聘科技人员 2人" in why
    assert "办法第十一条第（四）项" in why
    assert "2025年“科技人员”（审计报告）" in why
    assert "The cheapest ways" in page(client, f"/en/firms/{firm.pk}/rungs/high_tech/")


def test_an_action_that_does_not_suffice_says_why_in_the_readers_language(world):
    firm = reported(world, world.firm, 科技人员="5人", 职工总数="1000000人")
    address = f"firms/{firm.pk}/rungs/high_tech/"
    client = client_of(world, "enterprise")
    assert "招聘科技人员：这一项已到可能的极限" in page(client, f"/{address}")
    told = page(client, f"/en/{address}")
    assert "This is at its possible limit already" in told
    assert "已到可能的极限" not in told


def test_a_near_miss_shows_what_was_searched_and_what_is_missing(world):
    firm = reported(world, world.firm, 科技人员="5人", 核心知识产权="否")
    told = page(client_of(world, "enterprise"), f"/firms/{firm.pk}/rungs/high_tech/")
    assert "试过的措施都改变不了“知识产权达标”" in told
    assert "招聘科技人员 1000人" in told  # tried up to this
    assert "其余没达到的条件这样就能补上" in told
    assert "招聘科技人员 2人" in told
    english = page(client_of(world, "enterprise"), f"/en/firms/{firm.pk}/rungs/high_tech/")
    assert "Nothing that was tried mends" in english


def test_finances_stay_with_the_firm_and_the_bureau(world, firm):
    record(firm, "gazelle", "D1", date(2026, 1, 1), None, world.actor("officer"), NOW)
    broker = client_of(world, "broker")
    shown = page(broker, f"/firms/{firm.pk}/")
    assert "D1" in shown
    assert "4000万元" not in shown
    assert "科技人员达标" not in shown
    assert broker.get(f"/firms/{firm.pk}/rungs/high_tech/").status_code == 404
    year = page(broker, f"/firms/{firm.pk}/years/2025/")
    assert "4000万元" not in year
    assert "60人" in year
    for address in (
        f"/firms/{firm.pk}/",
        f"/firms/{firm.pk}/years/2025/",
        f"/firms/{firm.pk}/rungs/high_tech/",
    ):
        assert client_of(world, "rival").get(address).status_code == 404
    sheet = read_sheet(broker.get("/firm-years/sheet/").content, "x.xlsx").rows
    assert "4000万元" not in str(sheet)
    assert (
        len(read_sheet(client_of(world, "rival").get("/firm-years/sheet/").content, "x.xlsx").rows)
        == 1
    )
    for who in ("broker", "enterprise", "rival", "researcher"):
        assert client_of(world, who).get("/ladder/").status_code == 403
        assert client_of(world, who).get("/policies/changes/").status_code == 403


def test_a_return_is_filled_in_half_done_asked_about_and_handed_in(world, firm):
    client = client_of(world, "enterprise")
    assert client.post(f"/firms/{firm.pk}/years/", {"year": "2026"}).status_code == 302
    address = f"/firms/{firm.pk}/years/2026/"
    thing = FirmYear.objects.get(firm=firm, year=2026)
    sent = {
        "version": thing.version,
        "source": "self",
        "销售收入": "4500",
        "职工总数": "61",
        "科技人员": "很多",
    }
    answer = client.post(address, sent)
    assert answer.status_code == 422
    told = answer.content.decode()
    assert "这一次没有保存" in told
    assert 'value="4500"' in told  # what was typed is not lost
    assert client.post(address, sent | {"科技人员": "8"}).status_code == 302
    shown = page(client, address)
    assert "单位是否写错" in shown
    assert 'name="source"' not in shown  # a firm speaks for itself only
    thing.refresh_from_db()
    assert client.post(address, sent).status_code in (409, 422)  # somebody else's version
    client.post(
        address,
        {"version": thing.version, "source": "self", "销售收入": "4500万元", "then": "submit_year"},
    )
    thing.refresh_from_db()
    assert thing.state == "submitted"
    shown = page(client, address)  # the firm reads what it handed in; the bureau may still mend it
    assert "4500万元" in shown
    assert 'name="销售收入"' not in shown
    assert client.post(address, sent | {"version": thing.version}).status_code in (409, 422)
    assert client_of(world, "broker").post(address, sent).status_code == 403
    officer = client_of(world, "officer")
    assert 'name="source"' in page(officer, address)
    officer.post(f"/firm-years/{thing.pk}/accept_year/")
    thing.refresh_from_db()
    assert thing.state == "accepted"
    assert client.post(f"/firm-years/{thing.pk}/return_year/", {"why": "x"}).status_code == 403


def test_officers_see_the_funnel_the_near_ones_and_what_the_plan_would_gain(world, firm):
    reported(world, world.rival)
    elsewhere = {"park": "长青科技园", "town": "咸水沽镇"}
    keep_firm(world.rival, elsewhere, world.actor("officer"), NOW)
    client = client_of(world, "officer")
    shown = page(client, "/ladder/")
    assert firm.organisation.name in shown
    assert "科技人员达标" in shown
    assert "国家高新技术企业" in shown
    assert "招聘科技人员 2人" in shown
    assert world.rival.name in page(client, "/ladder/?pile=ready")
    assert world.firm.name not in page(client, "/ladder/?pile=near&town=咸水沽镇")
    assert "按园区" in shown
    assert firm.organisation.name in page(client, "/ladder/?pile=near&park=双港工业区")
    assert firm.organisation.name not in page(client, "/ladder/?pile=near&park=长青科技园")
    assert firm.organisation.name in page(
        client, "/ladder/?pile=near&park=没有的园区"
    )  # no such option
    rows = read_sheet(client.get("/ladder/?pile=near&export=xlsx").content, "x.xlsx").rows
    assert rows[1][:2] == [firm.organisation.name, firm.organisation.code]
    assert rows[1][-2:] == ["招聘科技人员 2人", "40万元"]
    for rung in current_book().ladder:
        page(client, f"/ladder/?rung={rung}")


def test_who_lapses_and_would_not_pass_again_is_seen(world, firm):
    record(
        firm,
        "high_tech",
        "GR2023",
        date(2023, 12, 20),
        date(2026, 12, 20),
        world.actor("officer"),
        NOW,
    )
    shown = page(client_of(world, "officer"), "/ladder/lapses/")
    assert "2026-12-20" in shown
    assert "现在通不过" in shown


def test_an_application_goes_its_way_through_the_pages(world, firm):
    owner, officer, other = (client_of(world, n) for n in ("enterprise", "officer", "officer2"))
    assert owner.post(f"/firms/{firm.pk}/rungs/high_tech/apply/", {}).status_code == 302
    made = Application.objects.get()
    assert "未达到" in page(officer, f"/applications/{made.pk}/")
    officer.post(f"/applications/{made.pk}/recommend/")
    assert (
        officer.post(
            f"/applications/{made.pk}/recognise/", {"valid_from": "2026-11-01"}
        ).status_code
        == 403
    )
    other.post(f"/applications/{made.pk}/recognise/", {"number": "GR9", "valid_from": "2026-11-01"})
    assert "GR9" in page(owner, f"/firms/{firm.pk}/")
    assert "已认定" in page(officer, "/applications/")
    assert client_of(world, "rival").get(f"/applications/{made.pk}/").status_code == 404


def test_a_sheet_of_returns_goes_in_with_its_questions(world, firm):
    client = client_of(world, "officer")
    head = "统一社会信用代码\t年度\t销售收入（万元）\t职工总数\t科技人员\t知识产权得分\n"
    row = f"{world.firm.code}\t2026\t4500\t50\t70\t20分,25分\n{world.firm.code}\t2050\t1\t1\t1\t\n"
    answer = client.post("/imports/new/firm_years/", {"pasted": head + row})
    worker.drain()
    assert "之间" in page(client, answer["Location"])
    answer = client.post(
        "/imports/new/firm_years/", {"pasted": head + row.split("\n", maxsplit=1)[0]}
    )
    worker.drain()
    assert "科技人员比职工总数还多" in page(client, answer["Location"])  # asked, not in the way
    client.post(f"{answer['Location']}confirm/")
    worker.drain()
    made = FirmYear.objects.get(firm=firm, year=2026)
    assert made.facts["销售收入"] == {"v": "4500万元", "s": "list"}
    assert made.facts["知识产权得分"]["v"] == "20分,25分"
    assert made.state == "submitted"


def test_a_parameter_is_changed_by_a_form_and_a_second_person(world, firm):
    officer, approver = client_of(world, "officer"), client_of(world, "approver")
    address = "/policies/gaoxin-2016/change/"
    assert "改参数" in page(officer, address + "?parameter=科技人员占比下限")
    sent = {
        "parameter": "科技人员占比下限",
        "day": "2027-01-01",
        "value": "5%",
        "clause": "第十一条",
        "document": "新办法",
    }
    trial = officer.post(address, sent).content.decode()
    assert "得益" in trial
    assert world.firm.name in trial  # five of sixty is enough now
    assert not PolicyChange.objects.exists()
    wrong = officer.post(address, sent | {"value": "5人"})
    assert wrong.status_code == 422
    assert "单位应是" in wrong.content.decode()
    assert officer.post(address, sent | {"then": "propose"}).status_code == 302
    made = PolicyChange.objects.get()
    assert officer.post(f"/policies/changes/{made.pk}/approve_change/").status_code == 403
    assert approver.post(f"/policies/changes/{made.pk}/approve_change/").status_code == 302
    assert "已写入" in page(officer, f"/policies/changes/{made.pk}/")
    assert "2027-01-01" in page(client_of(world, "visitor"), "/policies/gaoxin-2016/")
    assert approver.get(address + "?parameter=科技人员占比下限").status_code == 403
    assert officer.get(address + "?parameter=没有的").status_code == 404
    assert "科技人员占比下限" in page(approver, "/policies/changes/")


def test_pages_of_many_firms_ask_the_database_no_more_often(world, firm):
    client = client_of(world, "officer")

    def asked(address):
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            client.get(address)
        return len(found)

    addresses = ("/ladder/", "/ladder/lapses/", "/firms/")
    record(
        firm, "high_tech", "GR1", date(2024, 1, 1), date(2026, 12, 31), world.actor("officer"), NOW
    )
    few = [asked(a) for a in addresses]
    for n in range(12):
        other = reported(world, world.organisation(f"企业{n}", "enterprise"))
        record(
            other,
            "high_tech",
            f"GR{n}",
            date(2024, 1, 1),
            date(2026, 12, 31),
            world.actor("officer"),
            NOW,
        )
    assert [asked(a) for a in addresses] <= [n + 1 for n in few]
