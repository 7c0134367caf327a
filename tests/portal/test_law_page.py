"""The page on which a person chooses the law that holds."""

from kechuang.district.core import law
from kechuang.district.support.services import changes
from tests.factories import NOW
from tests.portal.test_pages import client_of
from tests.rooms.test_changes import edit, firms, propose, shipped

__all__ = ["firms", "shipped"]


def test_both_sides_of_a_conflict_stand_on_the_page_and_the_choice_holds(firms, shipped):
    changes.approve_change(propose(firms), firms.actor("approver"), NOW)
    path = shipped / "national/policies/gaoxin-2016/parameters.yaml"
    text = path.read_text(encoding="utf-8")
    line = next(x for x in text.splitlines() if x.startswith("科技人员占比下限"))
    edit(path, line, line.replace("10%", "11%"))
    client = client_of(firms, "officer")
    page = client.get("/policies/law/").content.decode()
    assert "{值: 15%" in page
    assert "11%" in page
    assert "{{" not in page
    (merged,) = [m for m in law.merge() if m.conflicts]
    given = {f"{merged.path}:{n}": law.OURS for n in range(len(merged.conflicts))}
    sent = {**given, "what": "merge", "why": "合并新版"}
    stale = client.post("/policies/law/", {**sent, "seen": "another"})
    assert stale.status_code == 409
    assert "另一版已经生效" in stale.content.decode()
    assert law.shipped_has_changed()  # nothing of what was refused is kept
    done = client.post("/policies/law/", {**sent, "seen": law.digest_in_force()})
    assert done.status_code == 302
    assert not law.shipped_has_changed()


def test_who_only_looks_cannot_choose(firms):
    client = client_of(firms, "auditor")
    assert client.get("/policies/law/").status_code == 200
    given = {"what": "shipped", "why": "x", "seen": ""}
    assert client.post("/policies/law/", given).status_code == 403
