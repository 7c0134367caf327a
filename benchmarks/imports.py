"""10,000 contracts from one .xlsx: this house with checks, ledger and undo beside
django-import-export's bulk mode without any of them, each in a process of its own on an SQLite
file of its own. Prints seconds, processor time (with the child that reads the sheet), their ratios
and peak memory.

    python benchmarks/imports.py [ROWS]
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).resolve().parents[1]
HEADS = [
    "合同登记编号",
    "合同名称",
    "合同类别",
    "卖方信用代码",
    "买方信用代码",
    "合同成交额（万元）",
    "技术交易额（万元）",
    "签订日期",
    "登记日期",
]
PARTIES = 400


def codes() -> list[str]:
    """Valid credit codes of invented organisations."""
    from kechuang.engines.base.identifiers import credit_check

    bodies = [f"91120112MB{n:07d}" for n in range(PARTIES)]
    return [body + credit_check(body) for body in bodies]


def sheet(path: Path, rows: int) -> None:
    parties, start = codes(), date(2025, 1, 1)
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADS)
        for n in range(rows):
            day = (start + timedelta(days=n % 600)).isoformat()
            page.write_row(
                n + 1,
                0,
                [
                    f"2025120112{n:06d}",
                    f"第 {n} 号智能装备关键技术开发合同",
                    ("技术开发", "技术服务", "技术转让")[n % 3],
                    parties[n % 200],
                    parties[200 + n * 7 % 200],
                    10 + n % 900,
                    5 + n % 5,
                    day,
                    day,
                ],
            )


def _wake(folder: str) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="kechuang.district.settings",
        KECHUANG_SECRET_KEY="b" * 60,
        KECHUANG_DATA=folder,
    )
    import django

    Path(folder).mkdir(parents=True, exist_ok=True)
    (Path(folder) / "static").mkdir(exist_ok=True)
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from kechuang.district.accounts.services import keep_organisation
    from kechuang.district.core import clock, ledger
    from kechuang.district.core.actor import SYSTEM
    from kechuang.district.core.books import current_book

    current_book()  # a worker has read it long ago
    with ledger.writing():
        for n, code in enumerate(codes()):
            keep_organisation(code, f"第 {n} 样例单位", "enterprise", SYSTEM, clock.now())


def house(path: str, folder: str) -> dict[str, float]:
    """Upload, check, confirm, write; then undo."""
    _wake(folder)
    from kechuang.district.core import imports, ledger, worker
    from kechuang.district.core.actor import SYSTEM
    from kechuang.district.transfer.models import Contract

    worker.drain()
    data, memory = Path(path).read_bytes(), _memory()
    began, used = time.perf_counter(), _processor()
    batch = imports.upload("contracts", "c.xlsx", data, SYSTEM)
    imports.check_now(batch)
    checked = time.perf_counter()
    batch.refresh_from_db()
    assert batch.state == "checked", batch.refusal
    assert not batch.counts["wrong"], batch.counts
    imports.confirm(batch, SYSTEM)
    imports.apply_now(batch)
    done, used = time.perf_counter(), _processor() - used
    batch.refresh_from_db()
    assert batch.state == "applied", batch.refusal
    written, peak = Contract.objects.filter(state="registered").count(), _memory()
    imports.undo(batch, SYSTEM)
    from kechuang.district.core.imports.working import undo_now

    undo_now(batch)
    undone = time.perf_counter()
    assert Contract.objects.filter(state="cancelled").count() == written
    assert ledger.verify().broken_at is None
    return {
        "rows": written,
        "check": checked - began,
        "write": done - checked,
        "seconds": done - began,
        "processor": used,
        "undo": undone - done,
        "memory_before": memory,
        "memory": peak,
    }


def peer(path: str, folder: str) -> dict[str, float]:
    """django-import-export, bulk, without diff, clean or report: rows as instances, saved 1,000
    at a time.
    """
    _wake(folder)
    import tablib
    from import_export import fields, resources, widgets

    from kechuang.district.accounts.models import Organisation
    from kechuang.district.transfer.models import Contract

    kinds = {"技术开发": "development", "技术服务": "service", "技术转让": "transfer"}

    class Party(widgets.ForeignKeyWidget):
        known = dict(Organisation.objects.values_list("code", "pk"))

        def clean(self, value, row=None, **kwargs):
            return Organisation(pk=self.known[value])

    class Kind(widgets.Widget):
        def clean(self, value, row=None, **kwargs):
            return kinds[value]

    class Fen(widgets.Widget):
        def clean(self, value, row=None, **kwargs):
            return int(float(value) * 1_000_000)

    class ContractResource(resources.ModelResource):
        number = fields.Field("number", HEADS[0])
        name = fields.Field("name", HEADS[1])
        kind = fields.Field("kind", HEADS[2], widget=Kind())
        seller = fields.Field("seller", HEADS[3], widget=Party(Organisation, "code"))
        buyer = fields.Field("buyer", HEADS[4], widget=Party(Organisation, "code"))
        amount_fen = fields.Field("amount_fen", HEADS[5], widget=Fen())
        technology_fen = fields.Field("technology_fen", HEADS[6], widget=Fen())
        signed_on = fields.Field("signed_on", HEADS[7], widget=widgets.DateWidget("%Y-%m-%d"))
        registered_on = fields.Field(
            "registered_on", HEADS[8], widget=widgets.DateWidget("%Y-%m-%d")
        )

        def before_save_instance(self, instance, row, **kwargs):
            instance.recorded_by, instance.state, instance.born = -1, "registered", True

        class Meta:
            model = Contract
            fields = (
                "number",
                "name",
                "kind",
                "seller",
                "buyer",
                "amount_fen",
                "technology_fen",
                "signed_on",
                "registered_on",
            )
            import_id_fields: list[str] = []
            use_bulk = skip_diff = force_init_instance = True
            report_skipped = clean_model_instances = False
            batch_size = 1000

    memory = _memory()
    began, used = time.perf_counter(), _processor()
    data = tablib.Dataset().load(Path(path).read_bytes(), format="xlsx")
    found = ContractResource().import_data(data, use_transactions=True, raise_errors=True)
    seconds, used = time.perf_counter() - began, _processor() - used
    assert not found.has_errors()
    return {
        "rows": Contract.objects.count(),
        "seconds": seconds,
        "processor": used,
        "memory_before": memory,
        "memory": _memory(),
    }


def _memory() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _processor() -> float:
    """Seconds of processor time that this process and its children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "contracts.xlsx"
        sheet(path, rows)
        found = {}
        for who in ("peer", "house"):
            command = [sys.executable, __file__, who, str(path), f"{home}/{who}"]
            out = subprocess.run(
                command, check=True, capture_output=True, text=True, cwd=ROOT
            ).stdout
            found[who] = json.loads(out.splitlines()[-1])
            print(who, {k: round(v, 2) for k, v in found[who].items()})
        grown = {w: round(f["memory"] - f["memory_before"], 1) for w, f in found.items()}
        ratios = [found["house"][n] / found["peer"][n] for n in ("seconds", "processor")]
        print(
            f"time {ratios[0]:.2f} × the peer's, processor time {ratios[1]:.2f} ×; memory grown, MB: {grown}"
        )


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    if len(sys.argv) == 4:
        print(json.dumps({"house": house, "peer": peer}[sys.argv[1]](sys.argv[2], sys.argv[3])))
    else:
        main()
