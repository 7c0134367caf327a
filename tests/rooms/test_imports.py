"""First-day sheets: in with a preview, out in the same layout, faulty ones come back to be
mended, and undo.
"""

import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date

import pytest
import xlsxwriter
from django.db import connection

from kechuang.district.accounts.models import Organisation
from kechuang.district.core import imports, ledger, sheets, worker
from kechuang.district.core.books import current_book
from kechuang.district.core.imports import working
from kechuang.district.core.models import Doubt, Entry, ImportBatch
from kechuang.district.core.registers import create, written
from kechuang.district.market.models import Achievement, Demand
from kechuang.district.market.registers import ACHIEVEMENTS, DEMANDS
from kechuang.district.plan.models import Bulletin, ReportedFigure
from kechuang.district.plan.registers import BULLETINS, FIGURES
from kechuang.district.portal.firms.lists import _firm_rows
from kechuang.district.registry.models import Firm, FirmYear, Recognition
from kechuang.district.registry.services.years import take_in as take_in_year
from kechuang.district.registry.services.years import year_row
from kechuang.district.transfer.models import Contract
from kechuang.engines.base.errors import Invalid, NotAllowed, WrongState
from kechuang.engines.base.sayings import Said, recalled
from kechuang.engines.sheets.plain import read_sheet
from tests import listings
from tests import steps as transfer
from tests.factories import NOW, code
from tests.steps import contract_row

ACHIEVEMENT_HEADS = ["成果名称", "成果简介", "关键词", "学科"]

CONTRACT_HEADS = [
    "合同登记编号",
    "合同名称",
    "合同类别",
    "卖方信用代码",
    "买方信用代码",
    "合同成交额（元）",
    "签订日期",
    "登记日期",
]


def workbook(*rows, formula=None):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, row in enumerate(rows):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(
                    line, place, cell, book.add_format({"num_format": "yyyy-mm-dd"})
                )
            elif cell is not None:
                sheet.write(line, place, cell)
    if formula:
        sheet.write_formula(formula, "=1+1", None, 2)
    book.close()
    return stream.getvalue()


def upload(world, kind, data, by="officer", name="表.xlsx", **options):
    batch = imports.upload(kind, name, data, world.actor(by), options)
    worker.drain()
    batch.refresh_from_db()
    return batch


def bring(world, kind, data, by="officer", **options):
    batch = upload(world, kind, data, by, **options)
    imports.confirm(batch, world.actor(by))
    worker.drain()
    batch.refresh_from_db()
    assert batch.state == "applied", batch.problem
    return batch


def confirm(world, batch, by="officer"):
    imports.confirm(batch, world.actor(by))
    worker.drain()
    batch.refresh_from_db()


def words(batch):
    return {
        (r.line, p["column"]): p["words"] for r in batch.rows.filter(plan="wrong") for p in r.faults
    }


def test_a_transfer_offices_sheet_goes_in(world):
    data = workbook(
        ["2026年成果汇总表"],
        ACHIEVEMENT_HEADS,
        ["电池热管理", "液冷板", "电池、热", "兵器科学与技术"],
        [],
        ["膜污染控制", "反渗透", "膜", ""],
    )
    batch = upload(world, "achievements", data, publish=True)
    assert (batch.state, batch.total, batch.counts["create"]) == ("checked", 2, 2)
    assert Achievement.objects.count() == 0
    imports.confirm(batch, world.actor("officer"))
    worker.drain()
    assert set(Achievement.objects.values_list("state", flat=True)) == {"published"}
    first = Achievement.objects.get(title="电池热管理")
    assert (first.keywords, first.area) == (["电池", "热"], "先进制造与自动化")


def test_amounts_days_and_codes_are_understood_as_people_write_them(world):
    spaced = " ".join(world.firm.code[i : i + 4] for i in range(0, 18, 4))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in world.university.code)
    heads = [
        "登记编号",
        "项目名称",
        "合同类型",
        "卖方信用代码",
        "买方信用代码",
        "成交额（亿元）",
        "技术交易额",
        "签约日期",
        "登记时间",
    ]
    data = workbook(
        heads,
        ["TJ1", "甲", "技术开发", wide, spaced, 0.32, "3000万元", "2026.7", date(2026, 7, 15)],
    )
    bring(world, "contracts", data)
    contract = Contract.objects.get()
    assert (contract.amount_fen, contract.technology_fen) == (3_200_000_000, 3_000_000_000)
    assert (contract.signed_on, contract.registered_on) == (date(2026, 7, 1), date(2026, 7, 15))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (workbook(["名称", "别的"], ["a", "b"]), "缺少列：成果简介"),
        (workbook(["x", "y"], ["a", "b"]), "没有找到“科技成果”的列名"),
        (workbook(["成果名称", "成果简介"]), "没有数据行"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 99, "加了密码"),
        (b"PK\x03\x04garbage", "打不开"),
        (bytes(range(128, 256)) * 40, "编码"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused_with_the_remedy(world, data, found):
    batch = upload(world, "achievements", data)
    assert batch.state == "refused"
    assert found in batch.refusal
    assert not Achievement.objects.exists()


def test_faulty_rows_name_column_and_remedy_and_nothing_is_written(world):
    heads = [*ACHIEVEMENT_HEADS, "成熟度", "转化方式", "报价（万元）", "专利号", "权利人信用代码"]
    fine = ["好的", "简介", "", "", 6, "转让", 10, "201710601862.3", world.university.code]
    data = workbook(
        heads,
        fine,
        ["", "没有名称", "", "", "", "", "", "", ""],
        ["长", "字" * 30_000, "", "", "", "", "", "", ""],
        ["甲", "乙", "", "", 12, "赠送", "十万", "201710601862.4", "91120112MA0000000X"],
        ["好的", "另一个简介", "", "", "", "", "", "", code(999)],
        formula="C2",
    )
    batch = upload(world, "achievements", data)
    said = words(batch)
    assert "公式" in said[2, "C"]
    assert "必须填写" in said[3, "A"]
    assert "请删减" in said[4, "B"]
    assert {c for line, c in said if line == 5} == {"E", "F", "G", "H", "I"}
    assert "还没有登记" in said[6, "I"]
    with pytest.raises(Invalid, match="一行也没有写入"):
        imports.confirm(batch, world.actor("officer"))
    assert not Achievement.objects.exists()


def test_the_sheet_to_mend_marks_what_is_wrong_and_can_be_sent_again(world):
    heads = ["信用代码", "单位名称", "认定类别", "发证日期"]
    batch = upload(
        world,
        "firms",
        workbook(
            heads,
            [code(50), "丙公司", "高新技术", "2025-01-01"],
            [code(51), "丁公司", "瞪羚企业", 2023.1],
        ),
    )
    assert set(words(batch)) == {(2, "C"), (3, "D")}
    mended = read_sheet(sheets.mended(batch), "改错.xlsx")
    assert mended.rows[0] == [*heads, sheets.REMEDY]
    assert "国家高新技术企业" in str(mended.rows[1][4])
    rows = [list(r[:4]) for r in mended.rows]
    rows[1][2], rows[2][3] = "国家高新技术企业", "2023-10"
    bring(world, "firms", workbook(*[[*r, "旧的说明"] for r in rows]))
    assert Recognition.objects.count() == 2


HALF = ["信用代码", "单位名称", "认定类别", "发证日期"]


def half_sound(world):
    return upload(
        world,
        "firms",
        workbook(
            HALF,
            [code(50), "丙公司", "国家高新技术企业", "2025-01-01"],
            [code(51), "丁公司", "瞪羚企业", 2023.1],
            [code(52), "戊公司", "国家高新技术企业", "2025-02-01"],
        ),
    )


def balance(batch):
    """Rows read, and what became of them: written, unchanged, left to mend."""
    rows = list(batch.rows.values_list("plan", "written"))
    counts = [batch.counts.get(n, 0) for n in ("create", "update", "same", "wrong")]
    assert sum(counts) == len(rows) == batch.total
    return len(rows), sum(w for _, w in rows), sum(p == "wrong" for p, _ in rows)


def test_the_sound_rows_go_in_and_the_others_stay_to_be_mended_and_go_on(world):
    batch = half_sound(world)
    assert balance(batch) == (3, 0, 1)
    for seen in (0, 2):  # nobody agreed, or to another preview
        with pytest.raises(Invalid):
            imports.confirm(batch, world.actor("officer"), seen)
    assert not Firm.objects.filter(organisation__code__in=[code(50), code(51), code(52)]).exists()
    imports.confirm(batch, world.actor("officer"), 1)
    with pytest.raises(WrongState):
        imports.confirm(batch, world.actor("officer"), 1)
    worker.drain()
    batch.refresh_from_db()
    assert batch.state == "applied"
    assert balance(batch) == (3, 2, 1)
    assert set(Recognition.objects.values_list("firm__organisation__code", flat=True)) == {
        code(50),
        code(52),
    }
    mended = read_sheet(sheets.mended(batch), "改错.xlsx").rows
    assert [row[0] for row in mended] == ["信用代码", code(51)]
    assert mended[0] == [*HALF, sheets.REMEDY]
    row = [*mended[1][:3], "2023-10", mended[1][4]]
    options = imports.continued(batch)
    assert options["continues"] == batch.pk
    second = bring(world, "firms", workbook(mended[0], row), **options)
    assert balance(second) == (1, 1, 0)
    assert Recognition.objects.count() == 3
    imports.undo(batch, world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert batch.counts["reversed"] == 2
    assert list(batch.rows.values_list("plan", "fate")) == [
        ("create", "reversed"),
        ("wrong", ""),
        ("create", "reversed"),
    ]
    assert second.rows.get().fate == ""  # what was mended since is another import's


def test_no_sound_row_is_nothing_to_agree_to(world):
    batch = upload(world, "firms", workbook(HALF, [code(51), "丁公司", "瞪羚企业", 2023.1]))
    with pytest.raises(Invalid, match="一行也没有写入"):
        imports.confirm(batch, world.actor("officer"), 1)


def test_a_kind_that_goes_in_whole_says_why(world, monkeypatch):
    batch = half_sound(world)
    monkeypatch.setattr(imports.KINDS["firms"], "whole", Said("import.no_rows"))
    with pytest.raises(Invalid, match="要么全写、要么不写"):
        imports.confirm(batch, world.actor("officer"), 1)
    batch.refresh_from_db()
    assert batch.state == "checked"


def test_a_row_twice_in_a_sheet_is_found(world):
    heads = ["成果编号", *ACHIEVEMENT_HEADS]
    batch = upload(
        world,
        "achievements",
        workbook(heads, ["N1", "甲", "一"], ["N1", "乙", "二"], ["", "丙", "三"], ["", "丙", "三"]),
    )
    assert set(words(batch)) == {(3, "A"), (5, "B")}


def fill(world):
    world.achievement(patents=["201710601862.3"])
    world.achievement(title="无主成果", owner=None, price_fen=None, trl=None, modes=[], patents=[])
    world.demand(budget_fen=123_456_789)
    world.demand(title="保密的", confidentiality="brokers", due_on=None)
    world.contract("TJ-1", 1_234_567)
    world.contract("TJ-2", 3, technology_fen=100)
    heads = [
        "统一社会信用代码",
        "企业名称",
        "曾用名",
        "街镇",
        "成立日期",
        "职工人数",
        "认定类别",
        "证书编号",
        "有效期起",
        "有效期止",
    ]
    bring(
        world,
        "firms",
        workbook(
            heads,
            [
                world.firm.code,
                "甲电池股份",
                "甲厂",
                "双港镇",
                "2015-01-02",
                80,
                "瞪羚企业",
                "D1",
                "2025-06-01",
                "2027-06-01",
            ],
            [world.rival.code, "乙电池有限公司"],
        ),
    )
    bring(
        world,
        "bulletins",
        workbook(
            ["指标", "地区", "截至", "数值", "口径", "来源"],
            ["技术合同成交额", "津南区", "2023-08-31", "44.5", "年初至今", "通报"],
        ),
    )
    bring(
        world,
        "figures",
        workbook(
            ["指标", "地区", "期间", "数值", "分子", "分母", "口径"],
            ["全社会研发投入强度", "津南区", "2025", None, "12.5", "400", None],
            ["科技型中小企业数", "津南区", "2026-03", "1,200家", None, None, "年初至今"],
        ),
    )
    firm = Firm.objects.get(organisation=world.firm)
    facts = {
        "销售收入": "1234.56万元",
        "职工总数": "80人",
        "知识产权得分": "20分,25分",
        "核心知识产权": "是",
    }
    take_in_year(firm, 2025, facts, "audit", world.actor("officer"), NOW)


EXPORTS = {
    "achievements": lambda w: [written(ACHIEVEMENTS, a) for a in Achievement.objects.all()],
    "demands": lambda w: [written(DEMANDS, d) for d in Demand.objects.all()],
    "contracts": lambda w: [contract_row(c) for c in Contract.objects.all()],
    "firm_years": lambda w: [year_row(y, w.actor("officer")) for y in FirmYear.objects.all()],
    "firms": lambda w: [r for f in Firm.objects.all() for r in _firm_rows(f)],
    "bulletins": lambda w: [written(BULLETINS, b) for b in Bulletin.objects.all()],
    "figures": lambda w: [written(FIGURES, f) for f in ReportedFigure.objects.all()],
}


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_every_export_goes_in_again_unchanged(world, kind):
    fill(world)
    data = sheets.export(current_book().layouts[kind], EXPORTS[kind](world))
    batch = upload(world, kind, data)
    assert batch.state == "checked", batch.problem
    assert not words(batch)
    assert batch.counts["same"] == batch.total > 0, [(r.plan, r.notes) for r in batch.rows.all()]


def test_an_updated_export_updates_and_can_be_undone(world):
    made = world.achievement()
    row = written(ACHIEVEMENTS, made) | {"title": "改过的名称", "price_fen": 100}
    batch = bring(
        world, "achievements", sheets.export(current_book().layouts["achievements"], [row])
    )
    made.refresh_from_db()
    assert (made.title, made.price_fen) == ("改过的名称", 100)
    told = ledger.history("market.achievement", made.pk).latest("id").facts["values"]
    assert told == {
        "title": ["动力电池液冷热管理技术", "改过的名称"],
        "price_fen": [50_000_000, 100],
    }
    imports.undo(batch, world.actor("officer"))
    worker.drain()
    made.refresh_from_db()
    assert (made.title, made.price_fen) == ("动力电池液冷热管理技术", 50_000_000)


def test_undo_says_for_every_row_what_became_of_it(world):
    batch = bring(
        world, "achievements", workbook(ACHIEVEMENT_HEADS, ["甲", "一"], ["乙", "二"]), publish=True
    )
    touched = Achievement.objects.get(title="乙")
    listings.amend(touched, {"trl": 5}, world.actor("broker"), NOW, "来电更正")
    imports.undo(batch, world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert {r.values["title"]: r.fate for r in batch.rows.all()} == {"甲": "reversed", "乙": "kept"}
    assert "有人改动" in batch.rows.get(fate="kept").fate_words
    assert Achievement.objects.get(title="甲").state == "retracted"
    assert Entry.objects.filter(kind="market.achievement.retract").count() == 1


def test_undoing_contracts_takes_the_money_out_again(world):
    world.contract("OLD", 5)
    heads = [
        "登记编号",
        "项目名称",
        "合同类型",
        "卖方信用代码",
        "买方信用代码",
        "成交额（元）",
        "签约日期",
        "登记时间",
    ]
    row = [
        "X1",
        "甲",
        "技术服务",
        world.university.code,
        world.firm.code,
        900,
        "2026-03-01",
        "2026-03-05",
    ]
    batch = bring(world, "contracts", workbook(heads, row))
    imports.undo(batch, world.actor("officer"))
    worker.drain()
    assert list(Contract.objects.filter(state="registered").values_list("number", flat=True)) == [
        "OLD"
    ]


def test_doubtful_pairs_go_to_a_person_and_are_not_joined(world):
    world.achievement(title="同名成果", patents=["201710601862.3"])
    heads = [*ACHIEVEMENT_HEADS, "专利号"]
    bring(
        world,
        "achievements",
        workbook(
            heads,
            ["同名成果", "内容不同", "", "", ""],
            ["别名", "内容也不同", "", "", "2017106018623"],
        ),
    )
    assert Achievement.objects.count() == 3
    assert sorted(recalled(why) for why in Doubt.objects.values_list("why", flat=True)) == [
        "专利号相同：201710601862.3",
        "名称相同，内容不同",
    ]


def test_firms_are_joined_by_code_and_former_names_are_kept(world):
    heads = ["信用代码", "企业名称"]
    bring(
        world,
        "firms",
        workbook(heads, [world.firm.code, "甲新能源有限公司"], [code(77), "乙电池有限公司"]),
    )
    firm = Organisation.objects.get(code=world.firm.code)
    assert (firm.name, firm.former_names) == ("甲新能源有限公司", ["甲电池有限公司"])
    assert Organisation.objects.filter(name="乙电池有限公司").count() == 2
    assert Doubt.objects.count() == 0 or "名称相同" in Doubt.objects.get().why


def test_an_enterprise_brings_only_its_own_and_cannot_guess_references(world):
    secret = world.demand(title="机密", confidentiality="brokers")
    heads = ["需求编号", "需求名称", "要解决的问题", "企业信用代码"]
    rows = (
        [secret.reference, "试探", "试探", world.rival.code],
        ["", "别家的", "问题", world.firm.code],
    )
    batch = upload(world, "demands", workbook(heads, *rows), by="rival")
    said = words(batch)
    assert (
        batch.rows.get(line=2).plan == "create"
    )  # as for any number: nothing tells that the record exists
    assert "机密" not in json.dumps(
        list(batch.rows.values("problems", "notes", "before")), ensure_ascii=False
    )
    assert "本单位" in said[3, "D"]
    with pytest.raises(NotAllowed):
        imports.upload("firms", "x", b"x", world.actor("rival"))


def test_a_refusal_half_way_takes_back_what_was_written(world, monkeypatch):
    batch = upload(
        world,
        "achievements",
        workbook(ACHIEVEMENT_HEADS, *[[f"成果{n}", f"简介{n}"] for n in range(9)]),
    )
    kind, parts = imports.KINDS["achievements"], []
    real = kind.apply

    def fail_late(actor, rows, options, at):
        parts.append(len(rows))
        if len(parts) == 3:
            raise Invalid("import.row_stale", line=rows[0].line)
        return real(actor, rows, options, at)

    monkeypatch.setattr(working, "_PART", 3)
    monkeypatch.setattr(kind, "apply", fail_late)
    imports.confirm(batch, world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    assert (batch.state, parts) == ("refused", [3, 3, 3])
    assert "第 8 行" in batch.refusal
    assert not Achievement.objects.exclude(state="retracted").exists()
    assert not batch.rows.filter(written=True).exists()


def test_a_writing_that_was_cut_off_goes_on_where_it_was(world, monkeypatch):
    batch = upload(
        world,
        "achievements",
        workbook(ACHIEVEMENT_HEADS, *[[f"成果{n}", f"简介{n}"] for n in range(7)]),
    )
    kind = imports.KINDS["achievements"]
    real, calls = kind.apply, []

    def cut_off(*args):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(working, "_PART", 2)
    monkeypatch.setattr(kind, "apply", cut_off)
    batch = ImportBatch.objects.get(pk=batch.pk)
    imports.confirm(batch, world.actor("officer"))
    with pytest.raises(KeyboardInterrupt):
        imports.apply_now(batch)
    assert Achievement.objects.count() == 4
    imports.apply_now(ImportBatch.objects.get(pk=batch.pk))
    assert Achievement.objects.count() == 7
    assert ImportBatch.objects.get(pk=batch.pk).state == "applied"


@pytest.mark.parametrize(
    ("kind", "heads", "row", "model"),
    [
        ("achievements", ACHIEVEMENT_HEADS, ["没有编号的成果", "简介"], Achievement),
        (
            "contracts",
            [
                "合同名称",
                "合同类别",
                "卖方信用代码",
                "卖方名称",
                "买方信用代码",
                "买方名称",
                "成交额（万元）",
                "签订日期",
            ],
            ["没有编号的合同", "技术开发", code(81), "某所", code(82), "某厂", 12, "2026-05-05"],
            Contract,
        ),
    ],
)
def test_what_has_no_number_is_not_doubled_by_two_confirmed_uploads(world, kind, heads, row, model):
    sheet_ = workbook(heads, row)
    first, second = (upload(world, kind, sheet_) for _ in range(2))
    for batch in (first, second):
        batch.refresh_from_db()
        assert batch.state == "checked"
    for batch in (first, second):
        imports.confirm(batch, world.actor("officer"))
    worker.drain()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("applied", "refused")
    assert "已有同样的记录" in second.refusal
    assert model.objects.count() == 1


def test_a_check_that_was_cut_off_starts_over_without_doubling(world, monkeypatch):
    batch = imports.upload(
        "achievements",
        "表.xlsx",
        workbook(ACHIEVEMENT_HEADS, *[[f"成果{n}", f"简介{n}"] for n in range(5)]),
        world.actor("officer"),
    )
    monkeypatch.setattr(working, "_PART", 2)
    real, calls = working._check_part, []

    def cut_off(*args):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(working, "_check_part", cut_off)
    with pytest.raises(KeyboardInterrupt):
        imports.check_now(batch)
    assert batch.rows.count() == 2
    monkeypatch.setattr(working, "_check_part", real)
    imports.check_now(ImportBatch.objects.get(pk=batch.pk))
    assert batch.rows.count() == 5


KILLED = 700


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="the killed worker runs on a database file of its own"
)
def test_kill_9_in_the_middle_of_writing_is_gone_on_with_by_the_worker_and_doubles_nothing(
    tmp_path,
):
    sheet = tmp_path / "many.xlsx"
    sheet.write_bytes(
        workbook(ACHIEVEMENT_HEADS, *[[f"成果{n}", f"简介 {n} 电池"] for n in range(KILLED)])
    )
    data = tmp_path / "house"
    keep = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "KECHUANG", "DJANGO"))
    }
    env = keep | {"KECHUANG_SECRET_KEY": "k" * 60, "KECHUANG_DATA": str(data), "PYTHONPATH": "src"}

    def run(*args, wait=True):
        started = subprocess.Popen(
            [sys.executable, "-m", "kechuang.cli", *args],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return started.communicate(timeout=120)[0] if wait else started

    def count():
        script = "from kechuang.district.market.models import Achievement as A; print('COUNT', A.objects.count())"
        return int(run("manage", "shell", "-c", script).split("COUNT")[1])

    run("migrate")
    progress = data / "progress" / "import-1.json"
    doomed = run("import", "achievements", str(sheet), wait=False)
    deadline = time.monotonic() + 60
    while not progress.exists() and time.monotonic() < deadline and doomed.poll() is None:
        time.sleep(0.005)
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.communicate()
    assert count() <= KILLED
    script = "from kechuang.district.core.models import Delivery as D; D.objects.exclude(leased_until=None).update(leased_until=None)"
    run("manage", "shell", "-c", script)  # as if the lease had run out
    run("work", "--once-deliveries")
    assert count() == KILLED
    run("import", "achievements", str(sheet))  # the same sheet once more
    run("work", "--once-deliveries")
    assert count() == KILLED
    assert "完整" in run("ledger", "verify")


def test_a_hidden_record_shows_neither_by_title_nor_by_number(world):
    secret = world.demand(title="机密课题", confidentiality="brokers", owner=world.firm)
    heads = ["需求编号", "需求名称", "要解决的问题", "企业信用代码"]
    rows = [
        [secret.reference, "机密课题", "问题一", world.rival.code],
        ["XQ-999999", "随便课题", "问题二", world.rival.code],
    ]
    batch = upload(world, "demands", workbook(heads, *rows), by="rival")
    first, second = batch.rows.order_by("line")
    assert (first.plan, first.notes, first.problems) == (second.plan, second.notes, second.problems)
    confirm(world, batch, by="rival")
    assert not Doubt.objects.exists()
    assert (
        Demand.objects.filter(reference="XQ-999999").count() == 0
    )  # outsiders do not choose numbers


def test_a_strangers_sheet_is_answered_alike_whether_a_number_is_somebodys_or_nobodys(world):
    theirs = world.demand(confidentiality="nameless", owner=world.firm)
    heads = ["需求编号", "需求名称", "要解决的问题", "企业信用代码"]
    for owner in (world.rival, world.firm):
        told = []
        for number in (theirs.reference, "XQ-999999"):
            rows = workbook(heads, [number, "甲", "乙", owner.code])
            row = upload(world, "demands", rows, by="rival").rows.get()
            told.append((row.plan, row.remarks, row.faults, row.before))
        assert told[0] == told[1]
    assert told[0][0] == "wrong"  # for another firm nobody writes


def test_a_change_after_the_preview_is_not_overwritten(world):
    contract = world.contract("HT-1", 100)
    heads = CONTRACT_HEADS
    row = [
        "HT-1",
        "合同HT-1",
        "技术开发",
        world.university.code,
        world.firm.code,
        200,
        "2026-05-05",
        "2026-05-05",
    ]
    batch = upload(world, "contracts", workbook(heads, row))
    transfer.amend(contract, {"amount_fen": 30_000}, world.actor("officer"), NOW, "更正")
    confirm(world, batch)
    assert batch.state == "refused"
    assert "有人改过" in batch.refusal
    contract.refresh_from_db()
    assert contract.amount_fen == 30_000


def test_what_was_undone_can_come_in_again(world):
    heads = ["成果编号", "成果名称", "成果简介"]
    data = workbook(heads, ["A-1", "甲种传感器", "简介"])
    for _ in range(2):
        batch = upload(world, "achievements", data, publish=True)
        confirm(world, batch)
        assert batch.counts["create"] == 1
        imports.undo(batch, world.actor("officer"))
        worker.drain()
    contracts = CONTRACT_HEADS
    row = [
        "HT-7",
        "合同七",
        "技术开发",
        world.university.code,
        world.firm.code,
        200,
        "2026-05-05",
        "2026-05-05",
    ]
    for _ in range(2):
        batch = upload(world, "contracts", workbook(contracts, row))
        confirm(world, batch)
        assert batch.counts["create"] == 1
        imports.undo(batch, world.actor("officer"))
        worker.drain()


def test_contracts_bring_their_parties_along_and_unregistered_ones_come_back(world):
    heads = [
        "合同登记编号",
        "合同名称",
        "合同类别",
        "卖方信用代码",
        "卖方名称",
        "买方信用代码",
        "合同成交额（元）",
        "签订日期",
        "登记日期",
    ]
    stranger = code(901, "91110108")
    rows = [
        [
            "HT-8",
            "合同八",
            "技术开发",
            stranger,
            "北京外地公司",
            world.firm.code,
            200,
            "2026-05-05",
            "2026-05-05",
        ],
        [
            "",
            "合同九",
            "技术服务",
            world.university.code,
            "",
            world.firm.code,
            300,
            "2026-05-05",
            "",
        ],
    ]
    batch = upload(world, "contracts", workbook(heads, *rows))
    assert batch.counts["wrong"] == 0
    confirm(world, batch)
    assert Organisation.objects.get(code=stranger).name == "北京外地公司"
    recorded = Contract.objects.get(name="合同九")
    assert recorded.state == "recorded"
    layout = current_book().layouts["contracts"]
    back = sheets.export(layout, [contract_row(c) for c in Contract.objects.all()])
    again = upload(world, "contracts", back)
    assert again.counts["same"] == 2


def test_the_same_patent_of_the_same_owner_is_the_same_record(world):
    known = world.achievement(patents=["201710601862.3"])
    heads = ["成果名称", "成果简介", "专利号", "权利人信用代码"]
    batch = upload(
        world,
        "achievements",
        workbook(heads, ["改了名", "新简介", "ZL201710601862.3", world.university.code]),
    )
    assert batch.rows.get().subject_id == str(known.pk)


def test_merged_cells_headings_in_two_lines_and_error_cells(world):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet()
    for column, name in enumerate(["成果名称", "成果简介"]):
        sheet.merge_range(0, column, 1, column, name)
    sheet.merge_range(0, 2, 0, 3, "价格与成熟度")
    sheet.write_row(1, 2, ["报价（万元）", "成熟度"])
    sheet.write(0, 4, "权利人信用代码")
    sheet.write(1, 4, "权利人信用代码")
    sheet.write_row(2, 0, ["甲", "简介甲", 12, 6])
    sheet.write_row(3, 0, ["乙", "简介乙", None, 7])
    sheet.merge_range(2, 4, 3, 4, world.university.code)
    sheet.write_formula(3, 2, "=NA()", None, "#N/A")
    book.close()
    batch = upload(world, "achievements", stream.getvalue())
    first, second = batch.rows.order_by("line")
    assert first.values["price_fen"] == 12_000_000
    assert first.values["owner"] == second.cells[4] == world.university.code
    assert second.plan == "wrong"
    assert second.problems[0]["heading"] == "价格与成熟度 报价（万元）"


def test_a_cell_that_nobody_foresaw_is_a_faulty_row_and_not_a_hanging_page(world, monkeypatch):
    heads = ["统一社会信用代码", "企业名称", "职工人数"]
    batch = upload(world, "firms", workbook(heads, [code(77), "某公司", "10²"]))
    assert "整数" in words(batch)[2, "C"]
    monkeypatch.setattr(imports.KINDS["firms"], "check", lambda *a: 1 / 0)
    batch = upload(world, "firms", workbook(heads, [code(78), "某公司", "10"]))
    assert batch.state == "checked"
    assert batch.counts["wrong"] == 1


def test_two_previews_of_one_new_number_end_with_words(world):
    data = workbook(["成果编号", "成果名称", "成果简介"], ["B-1", "甲种传感器", "简介"])
    other = workbook(["成果编号", "成果名称", "成果简介"], ["B-1", "乙种传感器", "简介"])
    first, second = upload(world, "achievements", data), upload(world, "achievements", other)
    confirm(world, first)
    confirm(world, second)
    assert (first.state, second.state) == ("applied", "refused")
    assert "已有同样的记录" in second.refusal


def test_next_years_entry_without_a_number_is_a_new_recognition(world):
    heads = ["统一社会信用代码", "企业名称", "认定类别", "有效期起"]
    for year in (2025, 2026):
        batch = upload(
            world,
            "firms",
            workbook(heads, [world.firm.code, world.firm.name, "雏鹰企业", f"{year}-03-01"]),
        )
        confirm(world, batch)
    assert Recognition.objects.filter(rung="young_eagle").count() == 2


FIGURE_HEADS = ["指标", "地区", "期间", "数值", "口径"]


def test_a_sheet_does_not_give_a_record_to_another_organisation(world):
    mine = world.demand()
    row = written(DEMANDS, mine) | {"owner": world.rival.code}
    data = sheets.export(current_book().layouts["demands"], [row])
    batch = imports.upload("demands", "d.xlsx", data, world.actor("enterprise"))
    worker.drain()
    batch.refresh_from_db()
    assert batch.counts["wrong"] == 1
    assert "demand.who_writes" in str(batch.rows.get().problems)


def test_what_a_sheet_asks_is_asked_of_its_own_rows_too_and_kept_when_answered(world):
    rows = [
        ["技术合同成交额", "津南区", "2026-01", "44.5", "年初至今"],
        ["技术合同成交额", "津南区", "2026-02", "445000", "年初至今"],
    ]
    batch = bring(world, "figures", workbook(FIGURE_HEADS, *rows))
    assert "figure.jump_unit" in str(batch.rows.get(line=3).notes)
    made = ReportedFigure.objects.get(period="2026-02")
    assert ledger.history("plan.figure", made.pk).get().facts["asked"] == ["figure.jump_unit"]
    calm = ReportedFigure.objects.get(period="2026-01")
    assert "asked" not in ledger.history("plan.figure", calm.pk).get().facts


def test_what_is_to_be_asked_since_the_preview_is_not_written_in_silence(world):
    row = ["技术合同成交额", "津南区", "2026-02", "445000", "年初至今"]
    batch = upload(world, "figures", workbook(FIGURE_HEADS, row))
    assert batch.state == "checked"
    values = {"indicator": "technology-contract-turnover", "place": "津南区"}
    values |= {"period": "2026-01", "value": "44.5", "counting": "ytd"}
    create(FIGURES, "report_figure", values, world.actor("officer"), NOW)
    imports.confirm(batch, world.actor("officer"))
    worker.drain()
    batch.refresh_from_db()
    assert batch.state == "refused"
    assert "重新上传" in batch.refusal
    assert not ReportedFigure.objects.filter(period="2026-02").exists()


def test_taking_back_an_update_says_what_it_changed(world):
    made = world.achievement()
    row = written(ACHIEVEMENTS, made) | {"price_fen": 100}
    data = sheets.export(current_book().layouts["achievements"], [row])
    batch = bring(world, "achievements", data)
    imports.undo(batch, world.actor("officer"))
    worker.drain()
    told = ledger.history("market.achievement", made.pk).latest("id").facts["values"]
    assert told == {"price_fen": [100, 50_000_000]}


def test_a_unit_in_a_column_of_its_own_belongs_to_the_value(world):
    heads = ["指标", "地区", "截至", "数值", "单位", "来源"]
    bring(
        world,
        "bulletins",
        workbook(heads, ["技术合同成交额", "津南区", "2026-03-31", "44500", "万元", "通报"]),
    )
    assert Bulletin.objects.get().value == "4.45"


def test_a_sheet_of_several_parts_is_not_refused_for_a_question_of_its_own_making(
    world, monkeypatch
):
    monkeypatch.setattr(working, "_PART", 2)
    months = [("03", "445000"), ("02", "44"), ("01", "43"), ("04", "445001"), ("05", "46")]
    rows = [["技术合同成交额", "津南区", f"2026-{m}", value, "本期"] for m, value in months]
    batch = bring(world, "figures", workbook(FIGURE_HEADS, *rows))
    assert batch.state == "applied", batch.refusal
    assert ReportedFigure.objects.count() == 5
