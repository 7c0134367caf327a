"""The ledger's page proves the records, and hands out single notices."""

import pytest

from kechuang.district.core import ledger
from kechuang.district.core.models import Entry
from kechuang.district.market.models import Demand
from tests.portal.test_pages import client_of


def test_the_page_says_which_record_was_changed_behind_the_ledger(world):
    demand = world.demand()
    auditor = client_of(world, "auditor")
    page = auditor.get("/ledger/?verify=1").content.decode()
    assert "条记录都与台账相符" in page
    Demand.objects.filter(pk=demand.pk).update(title="别的")
    page = auditor.get("/ledger/?verify=1").content.decode()
    assert f"market.demand {demand.pk}" in page
    assert "绕过台账改过" in page


@pytest.mark.parametrize(
    ("who", "answer"), [("auditor", 200), ("officer", 200), ("administrator", 403), ("broker", 403)]
)
def test_a_notice_is_for_those_who_read_what_entries_say(world, who, answer):
    entry = Entry.objects.first()
    found = client_of(world, who).get(f"/ledger/{entry.pk}/notice.json")
    assert found.status_code == answer
    if answer == 200:
        told = found.json()
        assert told["content"] == ledger.content_of(entry)
        assert len(told["path"]) == Entry.objects.count() - 1
        assert told["root"] == Entry.objects.last().hash
        assert "attachment" in found["Content-Disposition"]


def test_no_entry_no_notice(world):
    assert client_of(world, "auditor").get("/ledger/999999/notice.json").status_code == 404
