"""A sheet that leaves something open is asked about before anything of it is written; answers are
remembered; whom it names without a code is known by number, by name, or kept by name.
"""

import re
from argparse import Namespace
from pathlib import Path

import pytest

from kechuang.book import read_book
from kechuang.cli.inside import bring as command
from kechuang.district.accounts.models import Organisation
from kechuang.district.accounts.queries import named_only
from kechuang.district.accounts.services import keep_organisation, link_organisation
from kechuang.district.core import imports, sheets, worker
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Entry, SheetMemory
from kechuang.district.core.registers import create
from kechuang.district.market.models import Demand
from kechuang.district.registry.models import Firm, Recognition
from kechuang.district.registry.registers import RECOGNITIONS
from kechuang.district.registry.services import keep_firm
from kechuang.district.registry.services.years import take_in as take_in_year
from kechuang.district.transfer.models import Contract
from kechuang.engines.base.errors import Invalid, NotAllowed
from kechuang.engines.sheets.plain import read_plain
from tests.engines.sheet_samples.made import xlsx
from tests.factories import NOW, code, told
from tests.portal.test_pages import client_of
from tests.rooms.test_imports import confirm, upload
from tests.steps import contract_row

WAN = 1_000_000
HEADS = ["合同登记编号", "合同名称", "合同类别", "卖方信用代码", "买方信用代码", "合同成交额", "签订日期", "登记日期"]  # fmt: skip


def row(world, number, amount):
    return [number, f"合同{number}", "技术开发", world.university.code, world.firm.code, amount, "2026-03-01", "2026-03-02"]  # fmt: skip


def say(world, batch, by="officer", **answers):
    imports.answer(batch, {k.replace("__", ":"): v for k, v in answers.items()}, world.actor(by))
    worker.drain()
    batch.refresh_from_db()
    return batch


def test_nothing_is_written_before_the_unit_is_said_and_then_it_is_what_was_said(world):
    batch = upload(world, "contracts", xlsx([HEADS, row(world, "C-1", 0.24)]))
    assert batch.state == "asked"
    assert [q["id"] for q in batch.reading["questions"]] == ["unit-0"]
    assert not batch.rows.exists()
    with pytest.raises(Invalid) as caught:
        imports.answer(batch, {}, world.actor("officer"))
    assert caught.value.code == "import.answer_missing"
    imports.answer(batch, {"unit-0": "亿元"}, world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    assert (batch.state, batch.counts["create"]) == ("checked", 1)
    confirm(world, batch)
    assert Contract.objects.get().amount_fen == 2_400 * WAN
    told = Entry.objects.filter(kind="core.import.answer").get()
    assert told.facts["answers"] == {"unit-0": "亿元"}


def test_the_sheet_to_mend_says_the_unit_that_was_said(world):
    batch = upload(world, "contracts", xlsx([HEADS, row(world, "C-1", 3), row(world, "C-2", "三")]))
    imports.answer(batch, {"unit-0": "亿元"}, world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    assert batch.counts["wrong"] == 1
    [page] = read_plain(sheets.mended(batch), "改错.xlsx")
    assert page.rows[0][5] == "合同成交额（亿元）"


def test_an_answer_is_remembered_for_the_same_headings_of_the_same_issuer_only(world):
    first = upload(world, "contracts", xlsx([HEADS, row(world, "C-1", 3)]))
    imports.answer(first, {"unit-0": "亿元"}, world.actor("officer"))
    worker.drain()
    again = upload(world, "contracts", xlsx([HEADS, row(world, "C-2", 4)]), by="officer2")
    assert again.state == "checked"
    assert again.reading["remembered"] == ["unit-0"]
    assert again.rows.get().values["amount_fen"] == 40_000 * WAN
    other = upload(world, "contracts", xlsx([[*HEADS, "备注"], row(world, "C-3", 4)]))
    assert other.state == "asked"
    assert SheetMemory.objects.get().issuer == f"organisation:{world.bureau.pk}"
    SheetMemory.objects.update(issuer=f"organisation:{world.centre.pk}")
    told(SheetMemory.objects.get())
    assert upload(world, "contracts", xlsx([HEADS, row(world, "C-4", 4)])).state == "asked"


def test_a_remembered_unit_that_became_absurd_is_asked_again(world):
    data = xlsx([HEADS, row(world, "C-1", 3)])
    imports.answer(upload(world, "contracts", data), {"unit-0": "亿元"}, world.actor("officer"))
    worker.drain()
    for n in range(6):
        world.contract(f"OLD-{n}", 3_000)
    assert upload(world, "contracts", data).state == "asked"


def test_a_remembered_column_may_be_said_otherwise(world):
    heads = ["标价" if h == "合同成交额" else h for h in HEADS]
    batch = upload(world, "contracts", xlsx([heads, row(world, "C-1", "3万元")]))
    assert [q["id"] for q in batch.reading["questions"]] == ["need:amount_fen"]
    say(world, batch, need__amount_fen="column:标价")
    assert (batch.state, batch.rows.get().values["amount_fen"]) == ("checked", 3 * WAN)
    say(world, batch, unit__标价="亿元", column__合同名称="")
    assert batch.state == "asked"
    assert "need:name" in [q["id"] for q in batch.reading["questions"]]


def test_what_holds_for_one_whole_list_is_asked_anew_for_the_next(world):
    bare = [r[:3] for r in (LIST, entry(1, world.firm.name, "GR202512000001"))]
    batch = upload(world, "firms", xlsx(bare))
    said = {"need:rung": "fill:国家高新技术企业", "need:valid_from": "fill:2025-10-16"}
    imports.answer(batch, said, world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    held = batch.rows.get().values
    assert (held["rung"], held["valid_from"]) == ("high_tech", "2025-10-16")
    assert upload(world, "firms", xlsx(bare)).state == "asked"


def test_a_unit_a_thousandfold_from_the_register_is_asked(world):
    for n in range(6):
        world.contract(f"OLD-{n}", 3_000_000)
    heads = [h.replace("成交额", "成交额（亿元）") for h in HEADS]
    batch = upload(world, "contracts", xlsx([heads, row(world, "C-1", 3_000)]))
    assert batch.state == "asked"
    [question] = batch.reading["questions"]
    assert {o["value"]: o["odd"] for o in question["options"]}["亿元"] == "large"


def test_every_line_is_kept_refused_or_passed_over_and_counted(world):
    heads = [h.replace("成交额", "成交额（万元）") for h in HEADS]
    rows = [row(world, "C-1", 3), row(world, "C-2", "三"), [], ["", "合计", "", "", "", 6]]
    quarter = xlsx([heads, *rows], [heads, row(world, "C-3", 5)], names=["一季度", "二季度"])
    batch = upload(world, "contracts", quarter)
    assert [q["id"] for q in batch.reading["questions"]] == ["tables"]
    say(world, batch, tables="all")
    assert (batch.counts["create"], batch.counts["wrong"], batch.total) == (2, 1, 3)
    assert batch.counts["skipped"] == {"blank": 1, "total": 1}
    assert batch.reading["skipped"] == [[0, 5, "total", "合计 6.0"]]
    assert [(r.part, r.line) for r in batch.rows.all()] == [(0, 2), (0, 3), (1, 2)]
    with pytest.raises(Invalid, match="一行也没有写入"):
        imports.confirm(batch, world.actor("officer"))
    mended = read_plain(sheets.mended(batch), "改错.xlsx")
    assert [len(page.rows) for page in mended] == [3, 2]
    assert mended[0].rows[2][5] == "三"
    assert mended[0].rows[2][-1].startswith("合同成交额（万元）：")
    one = upload(world, "contracts", quarter)
    say(world, one, tables="1")
    assert [r.values["number"] for r in one.rows.all()] == ["C-3"]


def test_a_range_keeps_both_ends_and_goes_out_and_in_again(world):
    heads = ["需求名称", "要解决的问题", "预算（万元）", "企业信用代码"]
    batch = upload(world, "demands", xlsx([heads, ["甲", "乙", "50-100", world.firm.code]]))
    confirm(world, batch)
    made = Demand.objects.get()
    assert (made.budget_low_fen, made.budget_fen) == (50 * WAN, 100 * WAN)


LIST = ["序号", "企业名称", "证书编号", "认定类别", "发证日期"]


def entry(n, name, number):
    return [n, name, number, "国家高新技术企业", "2025-10-16"]


def test_an_official_list_without_codes_is_known_by_number_and_by_name(world):
    officer = world.actor("officer")
    keep_organisation(code(60), "天津（滨海）丁科技有限公司", "enterprise", officer, NOW, former_names=["旧丁公司"])  # fmt: skip
    keep_organisation(code(61), "戊水务股份有限公司", "enterprise", officer, NOW)
    held, _ = keep_organisation(code(62), "己材料有限公司", "enterprise", officer, NOW)
    firm = keep_firm(held, {}, officer, NOW)
    given = {"firm": firm, "rung": "high_tech", "number": "GR202512000009", "valid_from": "2025-10-16"}  # fmt: skip
    create(RECOGNITIONS, "record", given, officer, NOW)
    rows = [
        entry(1, "天津(滨海)丁科技有限责任公司", "GR202512000001"),
        entry(2, "旧丁公司", "GR202512000002"),
        entry(3, "戊水务有限公司", "GR202512000003"),
        entry(4, "改了名的己公司", "GR202512000009"),
        entry(5, "谁也不认识的公司", "GR202512000005"),
    ]
    batch = upload(world, "firms", xlsx([LIST, *rows]))
    assert batch.state == "asked"
    [question] = batch.reading["questions"]
    assert question["id"] == "name:戊水务有限公司"
    assert [o["value"] for o in question["options"]] == [code(61), "alone", "open"]
    imports.answer(batch, {question["id"]: code(61)}, officer)
    worker.drain()
    batch.refresh_from_db()
    codes = [r.values["code"] for r in batch.rows.all()]
    assert codes == [code(60), code(60), code(61), code(62), "无代码：谁也不认识的公司"]
    assert (batch.counts["wrong"], batch.counts["name_only"]) == (0, 1)
    assert [r.values["name"] for r in batch.rows.all()][1] == "天津（滨海）丁科技有限公司"
    confirm(world, batch)
    assert batch.state == "applied", batch.refusal
    alone = named_only().get()
    assert Recognition.objects.filter(firm__organisation=alone).count() == 1
    again = upload(world, "firms", xlsx([LIST, rows[4]]))
    assert again.counts["same"] == 1
    third = upload(world, "firms", xlsx([LIST, rows[2]]))
    assert (third.state, third.rows.get().values["code"]) == ("checked", code(61))


def test_who_is_known_by_name_only_is_linked_and_everything_goes_along(world):
    officer = world.actor("officer")
    heads = ["合同名称", "合同类别", "卖方名称", "买方名称", "合同成交额（万元）", "签订日期"]
    row_ = ["甲", "技术开发", "海河大学", "外地某公司", 3, "2026-03-01"]
    batch = upload(world, "contracts", xlsx([heads, row_]))
    confirm(world, batch)
    contract = Contract.objects.get()
    assert (contract.seller, contract.buyer.code) == (world.university, "")
    back = sheets.export(current_book().layouts["contracts"], [contract_row(contract)])
    assert upload(world, "contracts", back).counts["same"] == 1
    with pytest.raises(NotAllowed):
        link_organisation(contract.buyer, world.rival.code, world.actor("enterprise"), NOW)
    kept = link_organisation(contract.buyer, world.rival.code, officer, NOW)
    contract.refresh_from_db()
    assert contract.buyer == kept == world.rival
    assert "外地某公司" in kept.former_names
    assert not named_only().exists()
    told = Entry.objects.get(kind="accounts.organisation.link")
    assert told.facts["moved"] == {"transfer.contract": 1}


def test_a_name_gets_a_code_that_nobody_has_and_keeps_its_firm(world):
    officer = world.actor("officer")
    batch = upload(world, "firms", xlsx([LIST, entry(1, "新来的公司", "GR202512000001")]))
    confirm(world, batch)
    named = named_only().get()
    linked = link_organisation(named, code(70), officer, NOW)
    assert (linked.pk, linked.code) == (named.pk, code(70))
    assert Recognition.objects.get().firm.organisation == linked
    with pytest.raises(Invalid) as caught:
        link_organisation(linked, code(71), officer, NOW)
    assert caught.value.code == "organisation.has_code"


def test_a_firm_known_by_name_becomes_the_firm_with_the_code(world):
    officer = world.actor("officer")
    batch = upload(world, "firms", xlsx([LIST, entry(1, "新来的公司", "GR202512000001")]))
    confirm(world, batch)
    other, _ = keep_organisation(code(72), "新来的股份公司", "enterprise", officer, NOW)
    link_organisation(named_only().get(), code(72), officer, NOW)
    held = Recognition.objects.get()
    assert held.firm.organisation == other
    assert Firm.objects.filter(pk=other.pk).count() == Firm.objects.count() == 1


def test_two_that_hold_a_return_of_the_same_year_are_not_made_one(world):
    officer = world.actor("officer")
    heads = ["统一社会信用代码", *LIST[1:]]
    first = entry(code(73), "甲公司", "GR202512000001")
    confirm(world, upload(world, "firms", xlsx([heads, first])))
    confirm(world, upload(world, "firms", xlsx([LIST, entry(1, "谁的公司", "GR202512000002")])))
    named = named_only().get()
    for firm in Firm.objects.all():
        take_in_year(firm, 2025, {"职工总数": "80人"}, "audit", officer, NOW)
    with pytest.raises(Invalid) as caught:
        link_organisation(named, code(73), officer, NOW)
    assert caught.value.code == "organisation.both_hold"
    assert Organisation.objects.filter(pk=named.pk).exists()


def test_an_outsiders_sheet_does_not_tell_who_is_registered(world):
    heads = ["需求名称", "要解决的问题", "企业名称"]
    batch = upload(world, "demands", xlsx([heads, ["甲", "乙", world.rival.name]]), by="enterprise")
    found = batch.rows.get()
    assert world.rival.code not in str([found.values, found.problems, found.notes])
    own = upload(world, "demands", xlsx([heads, ["甲", "乙", world.firm.name]]), by="enterprise")
    assert own.rows.get().values["owner"] == world.firm.code


def test_the_command_line_prints_what_is_asked_and_takes_the_answers(world, tmp_path, capsys):
    sheet = tmp_path / "a.xlsx"
    sheet.write_bytes(xlsx([HEADS, row(world, "C-1", 3)]))
    given = {"kind": "contracts", "sheet": sheet, "owner": "", "keep_submitted": False}
    given["leave"] = None
    assert command(Namespace(**given, dry_run=False, answer=[])) == 2
    assert "--answer unit-0=亿元" in capsys.readouterr().err
    assert command(Namespace(**given, dry_run=False, answer=["unit-0=亿元"])) == 0
    assert Contract.objects.get().amount_fen == 30_000 * WAN


def test_the_command_line_leaves_wrong_rows_in_a_sheet_to_mend_when_asked(world, tmp_path, capsys):
    sheet, left = tmp_path / "a.xlsx", tmp_path / "left.xlsx"
    heads = ["合同金额（万元）" if h.startswith("合同") and "金额" in h else h for h in HEADS]
    bad = row(world, "C-2", 3)
    bad[heads.index(next(h for h in heads if "代码" in h))] = "不是代码"
    sheet.write_bytes(xlsx([heads, row(world, "C-1", 3), bad]))
    given = {"kind": "contracts", "sheet": sheet, "owner": "", "keep_submitted": False}
    given |= {"dry_run": False, "answer": ["unit-0=万元"]}
    assert command(Namespace(**given, leave=None)) == 2
    assert not Contract.objects.exists()
    assert (
        "读到 2 行：新增 1 行，更新 0 行，不变 0 行，要回答 0 行，有错 1 行"
        in capsys.readouterr().out
    )
    assert command(Namespace(**given, leave=tmp_path / "none" / "left.xlsx")) == 2
    assert not Contract.objects.exists()  # nothing is written that could not be told of
    assert command(Namespace(**given, leave=left)) == 1
    assert [c.number for c in Contract.objects.all()] == ["C-1"]
    assert "已写入 1 行" in capsys.readouterr().out
    assert (
        command(Namespace(**{**given, "sheet": left}, leave=None)) == 2
    )  # it is still to be mended


def test_rows_whose_name_was_left_open_are_counted_as_to_be_answered_and_not_as_wrong(world):
    officer = world.actor("officer")
    keep_organisation(code(61), "戊水务股份有限公司", "enterprise", officer, NOW)
    rows = [
        entry(1, "戊水务有限公司", "GR202512000003"),
        entry(2, "谁也不认识的公司", "GR202512000005"),
        [3, "", "GR202512000006", "国家高新技术企业", "2025-10-16"],
    ]
    batch = upload(world, "firms", xlsx([LIST, *rows]))
    imports.answer(batch, {"name:戊水务有限公司": "open"}, officer)
    worker.drain()
    batch.refresh_from_db()
    assert (batch.total, batch.counts["asked"], batch.counts["wrong"]) == (3, 1, 2)
    page = client_of(world, "officer").get(f"/imports/{batch.pk}/").content.decode()
    balance = re.sub(r"<[^>]+>|\s", "", re.search(r'class="balance">(.*?)</p>', page, re.S)[1])
    assert balance == "3读到=1可写入＋1要回答＋1不能写入"


FORMS = read_book(Path("books/national"))[0].forms


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.title[:8])
@pytest.mark.parametrize("kind", ["contracts", "achievements"])
def test_a_form_that_no_register_takes_in_is_named_and_told_what_to_do(world, form, kind):
    marks = form.marks[-form.least :]
    down = upload(world, kind, xlsx([["某表"], ["指标", "数"], *[[m, 1] for m in marks]]))
    beside = upload(world, kind, xlsx([["某表"], ["序号", *marks], [1, *(1 for _ in marks)]]))
    for batch in (down, beside):
        assert batch.state == "refused"
        assert form.title in batch.refusal
        assert form.instead in batch.refusal
    fewer = upload(
        world, kind, xlsx([["某表"], ["序号", *marks[1:]], [1, *(1 for _ in marks[1:])]])
    )
    assert fewer.state == "refused"
    assert form.instead not in fewer.refusal
