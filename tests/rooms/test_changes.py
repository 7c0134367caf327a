"""Changing a policy's parameter: tried, proposed, approved by a second person, written as a
person would write it.
"""

import shutil
import threading
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from kechuang.book import read_book
from kechuang.book.amend import Amendment, Document, amended, next_code, quoted, with_source
from kechuang.district.core import law
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import (
    book_folder,
    current_book,
    texts_of,
    trouble,
    version_in_force,
)
from kechuang.district.core.models import Entry, LawVersion
from kechuang.district.registry.models import Firm
from kechuang.district.registry.services import keep_firm, standings, years
from kechuang.district.support.models import PolicyChange
from kechuang.district.support.queries import changes_visible_to
from kechuang.district.support.services import changes
from kechuang.engines.base.errors import (
    Invalid,
    InvalidForm,
    NotAllowed,
    NotFound,
    Stale,
    WrongState,
)
from kechuang.engines.rules import Lack, Number, at, evaluate, one
from kechuang.engines.rules.check import in_words
from tests import listings
from tests.factories import NOW
from tests.rooms.test_firms import GOOD

DAY = date(2027, 1, 1)
GIVEN = {
    "value": "15%",
    "clause": "修订后第十一条第（四）项",
    "document": "高新技术企业认定管理办法（2026年修订）国科发火〔2026〕1号",
    "issuer": "科技部",
    "issued_on": "2026-11-20",
    "url": "https://example.org/1",
    "note": "",
}
BOOKS = Path(__file__).parents[2] / "books"


@pytest.fixture
def firms(world):
    """One firm with 15 % technical staff, one with 12 %."""
    for organisation, heads in ((world.firm, "9人"), (world.rival, "7人")):
        firm = keep_firm(
            organisation, {"founded_on": date(2015, 3, 1)}, world.actor("officer"), NOW
        )
        for back in range(3):
            facts = GOOD | {
                "科技人员": heads,
                "销售收入": f"{4000 - 400 * back}万元",
                "净资产": f"{2000 - 200 * back}万元",
            }
            years.take_in(firm, 2025 - back, facts, "audit", world.actor("officer"), NOW)
    return world


def propose(world, **changed):
    return changes.propose_change(
        "gaoxin-2016", "科技人员占比下限", DAY, GIVEN | changed, world.actor("officer"), NOW
    )


def test_a_proposal_says_who_loses_and_changes_nothing(firms):
    made = propose(firms)
    (effect,) = made.effects
    assert (effect["rule"], effect["gains"], effect["loses"]) == ("高新技术企业", 0, 1)
    assert effect["lose"][0][1] == firms.rival.name
    assert (effect["before"], effect["after"]) == ("2 家", "1 家")
    assert book_folder() == BOOKS / "jinnan"
    assert made.was == "10%"


def test_what_a_change_does_to_all_is_what_it_does_to_each(firms):
    book = current_book()
    rows = standings.inputs_of_firms(list(Firm.objects.all()), NOW.date())
    law = at(tuple(book.policies.values()), DAY)
    for held in book.policies.values():
        for told in changes.effects(book, book, held, DAY, NOW.date()):
            alone = [evaluate(law, given, [told["rule"]])[told["rule"]] for _, given in rows]
            held_by = sum(v is True for v in alone)
            money = sum(v.low for v in alone if isinstance(v, Number))
            wanted = in_words(one(money), "元") if told["unit"] == "元" else f"{held_by} 家"
            assert (told["before"], told["after"]) == (wanted, wanted)
            assert told["open"] == sum(isinstance(v, Lack) for v in alone)


def test_the_second_person_writes_one_line_and_one_source(firms):
    made = propose(firms)
    with pytest.raises(NotAllowed, match="换一位"):
        changes.approve_change(made, firms.actor("officer"), NOW)
    changes.approve_change(made, firms.actor("approver"), NOW)
    assert made.state == "approved"
    written = book_folder().parent / "national"
    before = (
        (BOOKS / "national/policies/gaoxin-2016/parameters.yaml")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    after = (
        (written / "policies/gaoxin-2016/parameters.yaml").read_text(encoding="utf-8").splitlines()
    )
    assert len(after) == len(before)
    (line,) = [x for x in after if x not in before]
    assert line.endswith("2027-01-01: {值: 15%, 依据: 修订后第十一条第（四）项, 来源: K1}}}")
    tail = (written / "sources.yaml").read_text(encoding="utf-8").splitlines()[-7:]
    assert tail == [
        "  K1:",
        "    title: 高新技术企业认定管理办法（2026年修订）国科发火〔2026〕1号",
        "    issuer: 科技部",
        "    date: 2026-11-20",
        "    url: https://example.org/1",
        "    status: official",
        f"    checked_on: {NOW.date()}",
    ]
    held = at(tuple(current_book().policies.values()), DAY).held["科技人员占比下限"]
    assert held.value == one(Fraction(15, 100))
    assert held.parameter.says(held.since) == ("修订后第十一条第（四）项", "K1")
    assert (
        standings.standing_on(Firm.objects.get(pk=firms.rival.pk), "high_tech", NOW.date()).verdict
        == "passes"
    )
    assert standings.standing_on(
        Firm.objects.get(pk=firms.rival.pk), "high_tech", date(2027, 2, 1)
    ).failing == ("科技人员达标",)
    assert not read_book(BOOKS / "jinnan")[1]  # the books that came with the software are untouched


def test_two_changes_stand_beside_each_other(firms):
    first, second = (
        propose(firms),
        changes.propose_change(
            "gaoxin-2016", "认定分数线", DAY, GIVEN | {"value": "75分"}, firms.actor("officer"), NOW
        ),
    )
    changes.approve_change(first, firms.actor("approver"), NOW)
    changes.approve_change(second, firms.actor("approver"), NOW)
    held = at(tuple(current_book().policies.values()), DAY).held
    assert held["认定分数线"].value == one(75)
    assert held["科技人员占比下限"].since == DAY
    assert "K2" in current_book().sources


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"value": ""}, "value", "请填写新的值"),
        ({"clause": " "}, "clause", "请填写条款"),
        ({"document": ""}, "document", "文件名"),
        ({"source": "X9"}, "source", "没有来源"),
        ({"value": "15人"}, "value", "单位应是"),
        ({"value": "很多"}, "value", "带单位的数"),
        ({"value": "[{至: 5%, 值: 1%}, {其余: 2%}]"}, "value", "每一档写"),
        ({"value": "[{至: 5%, 含: 是, 值: 1%}, {其余: 2%}]"}, "value", "按"),
        ({"value": "[20%, 15%]"}, "value", "下限大于上限"),
        ({"value": "15%}, 2030-01-01: {值: 1%"}, "value", ""),
        ({"url": "http://a b"}, "url", "网址"),
        ({"value": "{a: ["}, "value", "YAML"),
    ],
)
def test_a_bad_change_is_refused_in_words_and_leaves_nothing(firms, changed, field, words):
    with pytest.raises(InvalidForm) as refused:
        propose(firms, **changed)
    assert any(e.field == field and words in e.words for e in refused.value.errors), [
        e.words for e in refused.value.errors
    ]
    assert not PolicyChange.objects.exists()
    law = book_folder().parent
    assert law == BOOKS


def test_a_change_that_breaks_an_example_is_refused(firms):
    with pytest.raises(InvalidForm) as refused:
        changes.propose_change(
            "gaoxin-2016",
            "科技人员占比下限",
            date(2016, 1, 2),
            GIVEN | {"value": "60%"},
            firms.actor("officer"),
            NOW,
        )
    assert any("cases.yaml" in e.words for e in refused.value.errors)


def test_only_the_bureau_sees_and_proposes(firms):
    made = propose(firms)
    for name in ("enterprise", "rival", "broker", "researcher", "visitor", "administrator"):
        assert not changes_visible_to(firms.actor(name)).exists()
        with pytest.raises(NotAllowed):
            changes.propose_change(
                "gaoxin-2016", "认定分数线", DAY, GIVEN | {"value": "75分"}, firms.actor(name), NOW
            )
    with pytest.raises(NotAllowed):
        changes.approve_change(made, firms.actor("enterprise"), NOW)
    assert changes_visible_to(firms.actor("auditor")).exists()
    with pytest.raises(NotFound):
        changes.parameter_of("gaoxin-2016", "没有的")
    changes.refuse_change(made, firms.actor("approver"), NOW, "原件没有这一句")
    again = propose(firms)
    changes.withdraw_change(again, firms.actor("officer"), NOW, "写错")
    assert again.state == "withdrawn"


def test_a_proposal_and_its_approval_stand_on_their_own_transactions(shared_world):
    made = changes.propose_change(
        "gaoxin-2016", "科技人员占比下限", DAY, GIVEN, shared_world.actor("officer"), NOW
    )
    changes.approve_change(made, shared_world.actor("approver"), NOW)
    assert version_in_force() == LawVersion.objects.get(how="changed")


def test_what_crashes_half_way_is_not_there_and_a_trial_leaves_nothing(firms, monkeypatch):
    made = propose(firms)
    law_folder = Path(settings.KECHUANG_DATA) / "law"
    assert [p.name for p in law_folder.iterdir()] == []

    def crash(*args):
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(law, "enact", crash)
        with pytest.raises(OSError, match="no space"):
            changes.approve_change(made, firms.actor("approver"), NOW)
    made.refresh_from_db()
    assert (made.state, version_in_force()) == ("proposed", None)
    assert not LawVersion.objects.exists()
    changes.approve_change(made, firms.actor("approver"), NOW)
    assert version_in_force().pk == made.version_written


def test_two_who_approve_at_once_write_both(shared_world):
    made = [
        changes.propose_change(
            "gaoxin-2016", name, DAY, GIVEN | {"value": value}, shared_world.actor("officer"), NOW
        )
        for name, value in (("认定分数线", "75分"), ("科技人员占比下限", "15%"))
    ]
    approver = shared_world.actor("approver")

    def approve(thing):
        try:
            changes.approve_change(thing, approver, NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[m]) for m in made]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    held = at(tuple(current_book().policies.values()), DAY).held
    assert (held["认定分数线"].value, held["科技人员占比下限"].since) == (one(75), DAY)


@pytest.fixture
def shipped(tmp_path, settings):
    """Books as they came with the software, which a release may change."""
    shutil.copytree(BOOKS, tmp_path / "shipped")
    settings.KECHUANG_BOOK = str(tmp_path / "shipped" / "jinnan")
    return tmp_path / "shipped"


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_way_back_to_the_shipped_book_is_a_choice_and_stays(firms, shipped):
    changes.approve_change(propose(firms), firms.actor("approver"), NOW)
    with pytest.raises(Invalid, match="理由"):
        law.enact(None, firms.actor("officer"), NOW, " ")
    law.enact(None, firms.actor("officer"), NOW, "改错了")
    assert version_in_force() is None
    assert book_folder() == shipped / "jinnan"
    told = Entry.objects.filter(kind="core.law.enact").last()
    assert (told.actor_id, told.why) == (firms.actor("officer").id, "改错了")
    current_book()
    assert version_in_force() is None  # nothing brings it back by itself


def test_a_new_shipped_version_is_told_and_laid_under_what_was_changed_here(firms, shipped):
    changes.approve_change(propose(firms), firms.actor("approver"), NOW)
    assert not law.shipped_has_changed()
    edit(shipped / "national" / "sources.yaml", "sources:", "# 新版\nsources:")
    edit(shipped / "national" / "policies/gaoxin-2016/policy.yaml", "名称:", "# 新版说明\n名称:")
    assert law.shipped_has_changed()
    assert [m.path for m in law.merge()] == [
        "national/policies/gaoxin-2016/parameters.yaml",
        "national/sources.yaml",
    ]
    assert not any(m.conflicts for m in law.merge())
    choices = {m.path: [] for m in law.merge()}
    made = law.take_shipped_update(choices, firms.actor("officer"), NOW, "合并新版")
    assert version_in_force() == made
    assert not law.shipped_has_changed()
    text = (book_folder().parent / "national" / "sources.yaml").read_text(encoding="utf-8")
    assert "# 新版" in text
    assert "K1:" in text
    held = at(tuple(current_book().policies.values()), DAY).held
    assert held["科技人员占比下限"].value == one(Fraction(15, 100))


def test_a_choice_made_on_a_version_that_is_gone_replaces_nothing(firms, shipped):
    changes.approve_change(propose(firms), firms.actor("approver"), NOW)
    seen, now = law.digest_in_force(), version_in_force()
    law.enact(None, firms.actor("officer"), NOW, "改错了")
    with pytest.raises(Stale):
        law.enact(now, firms.actor("approver"), NOW, "换回来", seen)
    edit(shipped / "national" / "sources.yaml", "sources:", "# 新版\nsources:")
    law.enact(now, firms.actor("approver"), NOW, "换回来", "")
    choices = {m.path: [] for m in law.merge()}
    with pytest.raises(Stale):
        law.take_shipped_update(choices, firms.actor("officer"), NOW, "合并新版", "")
    assert version_in_force() == now


def test_where_both_changed_the_same_line_a_person_chooses(firms, shipped):
    changes.approve_change(propose(firms), firms.actor("approver"), NOW)
    path = shipped / "national/policies/gaoxin-2016/parameters.yaml"
    line = next(
        x for x in path.read_text(encoding="utf-8").splitlines() if x.startswith("科技人员占比下限")
    )
    edit(path, line, line.replace("10%", "11%"))
    (merged,) = [m for m in law.merge() if m.conflicts]
    with pytest.raises(Invalid, match="parameters"):
        law.take_shipped_update({}, firms.actor("officer"), NOW, "合并新版")
    ours, theirs = (merged.text([side] * len(merged.conflicts)) for side in (law.OURS, law.THEIRS))
    assert "{值: 15%" in ours
    assert "{值: 15%" not in theirs
    assert "11%" in theirs


def test_an_old_copy_that_this_software_cannot_read_stops_nothing_and_writes_nothing(
    firms, shipped
):
    made = firms.demand()
    texts = {**texts_of(shipped / "jinnan"), "national/ladder.yaml": "rungs: 3\n"}
    old = law.keep(texts, "changed", SYSTEM, NOW, law.keep_shipped(SYSTEM, NOW))
    law.enact(old, SYSTEM, NOW, "上一版软件写的")
    assert trouble()
    assert current_book().plan
    assert Client().get("/plan/").status_code == 200
    assert "读不出来" in Client().get("/plan/").content.decode()
    with pytest.raises(WrongState, match="读不出来"):
        listings.pause(made, firms.actor("enterprise"), NOW, "等一等")
    law.enact(None, firms.actor("officer"), NOW, "换用随软件来的")
    assert not trouble()
    listings.pause(made, firms.actor("enterprise"), NOW, "等一等")


def test_another_machine_sees_the_same_law(firms, shipped, tmp_path, settings):
    changes.approve_change(propose(firms), firms.actor("approver"), NOW)
    settings.KECHUANG_DATA = str(tmp_path / "another machine")
    held = at(tuple(current_book().policies.values()), DAY).held
    assert held["科技人员占比下限"].value == one(Fraction(15, 100))


def test_three_texts_are_merged_line_by_line():
    base = "一\n二\n三\n四"
    pieces = law.merge_lines(base, "一\n二改\n三\n四", "一\n二\n三\n四\n五")
    assert not any(p.conflict for p in pieces)
    assert "\n".join(x for p in pieces for x in p.ours) == "一\n二改\n三\n四\n五"
    (clash,) = [p for p in law.merge_lines(base, "一\n甲\n三\n四", "一\n乙\n三\n四") if p.conflict]
    assert (clash.ours, clash.theirs, clash.before) == (("甲",), ("乙",), ("二",))


def test_every_parameter_of_the_books_is_shown_as_the_book_writes_it(db):
    """What the form begins with goes in again unchanged: the book reads it back to the same value."""
    for policy in current_book().policies.values():
        path = BOOKS / policy.book / "policies" / policy.id / "parameters.yaml"
        for parameter in policy.parameters.values():
            last = parameter.versions[-1][0]
            words = changes.said(parameter, last)
            text = amended(
                path.read_text(encoding="utf-8"),
                Amendment(parameter.name, date(2030, 1, 1), words, "条款", policy.sources[0]),
            )
            assert text.count("2030-01-01") == 1


BLOCK = '甲:\n  单位: "%"\n  取值:\n    2016-01-01: 60%\n    2020-01-01: 70%\n乙: {单位: 元, 取值: {2016-01-01: [{至: 1元, 含: 是, 值: 2元}, {其余: 3元}]}}\n'


@pytest.mark.parametrize(
    ("name", "day", "line"),
    [
        ("甲", date(2018, 1, 1), "    2018-01-01: {值: 65%, 依据: 第一条, 来源: K1}"),
        ("甲", date(2021, 1, 1), "    2021-01-01: {值: 65%, 依据: 第一条, 来源: K1}"),
        (
            "乙",
            date(2015, 1, 1),
            "乙: {单位: 元, 取值: {2015-01-01: {值: 65%, 依据: 第一条, 来源: K1}, 2016-01-01: [{至: 1元, 含: 是, 值: 2元}, {其余: 3元}]}}",
        ),
    ],
)
def test_a_value_goes_to_its_place_among_the_days(name, day, line):
    text = amended(BLOCK, Amendment(name, day, "65%", "第一条", "K1"))
    assert line in text.split("\n")
    assert len(set(BLOCK.split("\n")) - set(text.split("\n"))) <= 1


def test_a_value_of_a_day_that_has_one_is_refused():
    for name in ("甲", "乙"):
        with pytest.raises(Invalid, match="已经有取值"):
            amended(BLOCK, Amendment(name, date(2016, 1, 1), "1%", "第一条", "K1"))
    with pytest.raises(Invalid, match="没有"):
        amended(BLOCK, Amendment("丙", date(2016, 1, 1), "1%", "第一条", "K1"))


def test_codes_and_quotes():
    assert next_code(["K1", "K3", "J1"]) == "K2"
    assert quoted("办法第十一条") == "办法第十一条"
    assert quoted("a: b") == '"a: b"'
    text = with_source(
        "sources:\n  J1:\n    title: 甲\n", Document("K1", "乙: 丙", "", "", "", date(2026, 1, 1))
    )
    assert text.endswith(
        '  K1:\n    title: "乙: 丙"\n    status: copy\n    checked_on: 2026-01-01\n'
    )
