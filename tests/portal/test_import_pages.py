"""The pages of an import: what is asked, how each column was read, who is known by name only."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kechuang.district.accounts.queries import named_only
from kechuang.district.accounts.services import keep_organisation
from kechuang.district.core import imports, worker
from kechuang.district.core.imports import naming
from kechuang.district.core.models import ImportBatch
from tests.engines.sheet_samples.made import code, csv, xlsx
from tests.factories import NOW
from tests.portal.test_pages import client_of
from tests.rooms.test_sheets_asked import HEADS, LIST, entry, row


def sent(world, kind, *files, by="officer"):
    """A client who has sent files, and the import's page."""
    client = client_of(world, by)
    given = [SimpleUploadedFile(name, data) for name, data in files]
    answer = client.post(reverse("import-new", args=[kind]), {"sheet": given})
    assert answer.status_code == 302
    worker.drain()
    return client, ImportBatch.objects.latest("pk")


def page(client, batch):
    return client.get(reverse("import", args=[batch.pk])).content.decode()


def say(client, batch, **said):
    client.post(reverse("import-answer", args=[batch.pk]), said)
    worker.drain()
    batch.refresh_from_db()


def test_the_preview_asks_for_the_unit_with_a_real_row_and_then_shows_what_was_read(world):
    client, batch = sent(world, "contracts", ("a.xlsx", xlsx([HEADS, row(world, "C-1", 0.24)])))
    shown = page(client, batch)
    assert "没有写单位" in shown
    assert "第 2 行起的第一个数读成 2,400万元" not in shown.split("亿元</b>")[0]
    assert "读成 2,400万元" in shown
    assert reverse("import-act", args=[batch.pk, "confirm"]) not in shown
    say(client, batch, **{"unit-0": "亿元"})
    shown = page(client, batch)
    assert "你说的" in shown
    assert "<b>2,400万元</b>" in shown
    assert "读到 1 行" in shown
    assert reverse("import-act", args=[batch.pk, "confirm"]) in shown


def test_a_question_left_open_is_refused_and_stays_open(world):
    client, batch = sent(world, "contracts", ("a.xlsx", xlsx([HEADS, row(world, "C-1", 3)])))
    answer = client.post(reverse("import-answer", args=[batch.pk]), {})
    assert answer.status_code in (302, 422)
    batch.refresh_from_db()
    assert batch.state == "asked"


def test_a_column_and_its_unit_are_changed_in_the_preview(world):
    heads = [h.replace("成交额", "成交额（万元）") for h in HEADS]
    data = xlsx([[*heads, "交易额"], [*row(world, "C-1", 3), 2]])
    client, batch = sent(world, "contracts", ("a.xlsx", data))
    assert "没有用到的列：交易额" in page(client, batch)
    held = {f"column:{c['key']}": c["field"] for c in batch.reading["tables"][0]["columns"]}
    say(client, batch, columns="1", **held, **{"column:交易额": "technology_fen"})
    assert batch.state == "asked"  # its unit is not told
    say(client, batch, **{"unit-0": "万元"})
    assert batch.rows.get().values["technology_fen"] == 2_000_000
    again, second = sent(world, "contracts", ("b.xlsx", data))
    assert "按上次的对应读的" in page(again, second)
    assert second.rows.get().values["technology_fen"] == 2_000_000


def test_what_was_passed_over_is_listed_with_its_reason(world):
    heads = [h.replace("成交额", "成交额（万元）") for h in HEADS]
    data = xlsx([heads, row(world, "C-1", 3), ["合计", "", "", "", "", 3], ["备注：含税"]])
    client, batch = sent(world, "contracts", ("a.xlsx", data))
    shown = page(client, batch)
    assert "合计行 1" in shown
    assert "4 · 说明行 · 备注：含税" in shown


def test_several_files_at_once_are_one_import(world):
    heads = [h.replace("成交额", "成交额（万元）") for h in HEADS]
    files = [
        ("一季度.xlsx", xlsx([heads, row(world, "C-1", 3)])),
        ("二季度.csv", csv([heads, row(world, "C-2", 4)])),
    ]
    client, batch = sent(world, "contracts", *files)
    assert batch.name == "一季度.xlsx 等 2 个文件.zip"
    assert [r.values["number"] for r in batch.rows.all()] == ["C-1", "C-2"]
    shown = page(client, batch)
    assert "二季度.csv" in shown


def test_doubtful_names_stand_in_one_table_and_the_unknown_are_linked_on_a_page(world):
    officer = world.actor("officer")
    keep_organisation(code(61), "戊水务股份有限公司", "enterprise", officer, NOW)
    rows = [entry(1, "戊水务有限公司", "GR202512000003"), entry(2, "庚公司", "GR202512000005")]
    client, batch = sent(world, "firms", ("名单.xlsx", xlsx([LIST, *rows])))
    shown = page(client, batch)
    assert "只有组织形式不同" in shown
    say(client, batch, **{"name:戊水务有限公司": "alone"})
    assert "其中 2 行只记名称" in page(client, batch)
    client.post(reverse("import-act", args=[batch.pk, "confirm"]))
    worker.drain()
    assert named_only().count() == 2
    listed = client.get(reverse("named")).content.decode()
    assert code(61) in listed
    one = named_only().get(name="戊水务有限公司")
    bad = client.post(reverse("named"), {"organisation": one.pk, "code": "123"})
    assert bad.status_code == 422
    done = client.post(reverse("named"), {"organisation": one.pk, "known": code(61)})
    assert done.status_code == 302
    assert named_only().count() == 1


@pytest.mark.parametrize("by", ["enterprise", "researcher", "auditor"])
def test_who_keeps_no_organisations_links_none(world, by):
    assert client_of(world, by).get(reverse("named")).status_code == 403


FIRMS = ["信用代码", "单位名称", "认定类别", "发证日期"]


def test_the_page_writes_the_sound_rows_and_goes_on_with_the_mended_sheet(world):
    fine = [code(50), "丙公司", "国家高新技术企业", "2025-01-01"]
    bad = [code(51), "丁公司", "瞪羚企业", "某年"]
    client, batch = sent(world, "firms", ("a.xlsx", xlsx([FIRMS, fine, bad])))
    assert "写入 1 行，其余 1 行留在改错表" in page(client, batch)
    assert client.get(reverse("import", args=[batch.pk]), {"show": "same"}).status_code == 200
    client.post(reverse("import-act", args=[batch.pk, "confirm"]), {"leaving": "1"})
    worker.drain()
    shown = page(client, batch)
    assert "读到 2 行" in shown
    assert "1 行留在改错表，没有写入" in shown
    assert "1 行要改" in client.get("/workspace/").content.decode()
    mended = xlsx([FIRMS, [*bad[:3], "2023-10"]])
    given = SimpleUploadedFile("改错.xlsx", mended)
    client.post(reverse("import-new", args=["firms"]), {"sheet": given, "continues": batch.pk})
    worker.drain()
    second = ImportBatch.objects.latest("pk")
    assert second.options["continues"] == batch.pk
    assert reverse("import", args=[second.pk]) in page(client, batch)
    assert reverse("import", args=[batch.pk]) in page(client, second)
    assert "1 行要改" not in client.get("/workspace/").content.decode()


def test_rows_stand_under_the_headings_of_their_own_table(world):
    fine = [code(50), "丙公司", "国家高新技术企业", "2025-01-01"]
    other = ["企业名称", "统一社会信用代码", "发证日期", "认定类别"]
    turned = ["丁公司", code(51), "2025-01-01", "国家高新技术企业"]
    files = (("a.xlsx", xlsx([FIRMS, fine])), ("b.xlsx", xlsx([other, turned])))
    client, batch = sent(world, "firms", *files)
    assert batch.state == "checked", batch.problem
    shown = page(client, batch)
    rows = shown[: shown.index("列怎样读")]
    assert (
        rows.index("单位名称")
        < rows.index("丙公司")
        < rows.index("企业名称")
        < rows.index("丁公司")
    )


def test_doubtful_names_beyond_a_page_are_told_and_asked_next(world, monkeypatch):
    monkeypatch.setattr(naming, "_MOST_ASKED", 1)
    officer = world.actor("officer")
    for n, name in ((61, "戊水务股份有限公司"), (62, "己材料股份有限公司")):
        keep_organisation(code(n), name, "enterprise", officer, NOW)
    rows = [
        entry(1, "戊水务有限公司", "GR202512000003"),
        entry(2, "己材料有限公司", "GR202512000004"),
        entry(3, "庚公司", "GR202512000005"),
    ]
    client, batch = sent(world, "firms", ("名单.xlsx", xlsx([LIST, *rows])))
    assert "接着问另外 1 个" in page(client, batch)
    say(client, batch, **{"name:戊水务有限公司": "alone"})
    assert batch.state == "asked"
    shown = page(client, batch)
    assert "接着问" not in shown
    assert "己材料有限公司" in shown
    say(client, batch, **{"name:己材料有限公司": "open"})
    assert batch.state == "checked"
    assert "写入 2 行，其余 1 行留在改错表" in page(client, batch)
    again = sent(world, "firms", ("名单.xlsx", xlsx([LIST, *rows])))[1]
    assert "接着问另外 1 个" in page(client, again)  # what was left open is asked again
    options = imports.continued(batch)
    assert options["answers"] == {"name:戊水务有限公司": "alone"}
