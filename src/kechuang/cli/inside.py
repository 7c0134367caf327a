"""Commands inside the house; imported by house.py after Django is awake."""

import argparse
import getpass
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from waitress import create_server

from kechuang.district.accounts.services import add_person, grant, keep_organisation
from kechuang.district.core import clock, files, imports, sheets, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.keeping import awake
from kechuang.district.core.models import Delivery, ImportBatch
from kechuang.district.core.sealing import seal
from kechuang.district.demo import ACCOUNTS, PASSWORD, seed
from kechuang.district.portal.wsgi import application
from kechuang.engines.base.errors import DomainError, Invalid
from kechuang.engines.base.sayings import recalled

from .addresses import LOOPBACK
from .keeping import database_name


def migrate(options: argparse.Namespace) -> int:
    """Build or upgrade the database."""
    call_command("migrate", verbosity=0)
    if sealed := seal(clock.now()):
        print(f"台账从今天起证明每条记录：原有的 {sealed} 条已封存。")
    print("数据库已就绪。")
    return 0


def manage(options: argparse.Namespace) -> int:
    """Django's own commands."""
    execute_from_command_line(["kechuang manage", *options.words])
    return 0


def createadmin(options: argparse.Namespace) -> int:
    """The first administrator."""
    try:
        code = input("所在单位的统一社会信用代码：")
        name = input("单位名称：")
        person = input("您的姓名：")
        organisation, _ = keep_organisation(code, name, "bureau", SYSTEM, clock.now())
        user = add_person(
            options.email, person, getpass.getpass("密码（至少 10 位）："), SYSTEM, clock.now()
        )
        grant(user, organisation, "administrator", SYSTEM, clock.now())
    except DomainError as e:
        print(e.words, file=sys.stderr)
        return 2
    print(f"管理员 {user.email} 已建好。")
    return 0


class _Helper:
    """The worker as a child process; started again when it dies."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.process = _start_worker()
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while not self.stopping.wait(1.0):
            if self.process.poll() is not None:
                print("后台停了，重新启动。", file=sys.stderr)
                self.process = _start_worker()

    def stop(self) -> None:
        """End the worker, gently first."""
        self.stopping.set()
        _stop_worker(self.process)


def serve(options: argparse.Namespace) -> int:
    """The web server, with the worker beside it when asked."""
    helper = _Helper() if options.with_worker else None
    try:
        with awake():
            return _listen(options.host, options.port)
    finally:
        if helper:
            helper.stop()


def _listen(host: str, port: int) -> int:

    try:
        server = create_server(
            application,
            host=host,
            port=port,
            threads=8,
            ident="kechuang",
            max_request_body_size=45_000_000,
            **_behind(settings.KECHUANG_PROXY),
        )
    except OSError as e:
        print(
            f"{host}:{port} 用不了：{e.strerror}。换一个端口：make demo PORT=8123", file=sys.stderr
        )
        return 1
    print(f"\n  打开  http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/\n", flush=True)  # noqa: S104 - only shown
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
    return 0


def _behind(proxy: str) -> dict[str, Any]:
    """What the server believes: the visitor's address and TLS, told by the proxy that is named and
    by nobody else. Without one such headers are taken out.
    """
    if not proxy:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "kechuang.cli", "work"])


def _stop_worker(helper: subprocess.Popen[bytes]) -> None:
    helper.terminate()
    try:
        helper.wait(10)
    except subprocess.TimeoutExpired:
        helper.kill()


def work(options: argparse.Namespace) -> int:
    """The worker. Ends when told to, or when whoever started it is gone."""
    if options.once or options.once_deliveries:
        worker.drain(background=options.once)
        return 0
    stop, parent = threading.Event(), os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with awake():
        _work(stop, parent)
    return 0


def _work(stop: threading.Event, parent: int) -> None:
    while not stop.is_set() and os.getppid() == parent:
        try:
            worker.work_forever(lambda: stop.is_set() or os.getppid() != parent)
        except DatabaseError as e:
            print(f"后台：数据库暂时用不了（{e}），稍后再试", file=sys.stderr)
            time.sleep(2)


def _foreign(data: Path) -> bool:
    """Whether a folder holds what is not the demo's; the bare file that any command makes by
    looking is nothing.
    """
    names = [f.name for f in data.iterdir() if f.name != "static"] if data.exists() else []
    if not names:
        return False
    if all(n.startswith("kechuang.sqlite3") for n in names):
        filled = bool(connection.introspection.table_names())
        connection.close()  # the folder may go next
        return filled
    return True


def demo(options: argparse.Namespace) -> int:
    """Everything on SQLite, with sample records and demo accounts."""
    if options.host not in LOOPBACK:
        print(
            f"演示账号的密码是公开的，演示将可从 {options.host} 访问。请只在可信的网络里这样做。",
            file=sys.stderr,
        )
    data = Path(settings.KECHUANG_DATA)
    mark, ours = data / "seeded", data / "demo"
    if _foreign(data) and not (mark.exists() or ours.exists()):
        print(
            f"{data} 里已有不属于演示的数据，演示不会动它。请换一个文件夹：KECHUANG_DATA=…",
            file=sys.stderr,
        )
        return 2
    if options.reset and data.exists():
        shutil.rmtree(data)

    if not mark.exists():
        print("准备演示数据……", flush=True)
        if data.exists():
            shutil.rmtree(data)
        data.mkdir(parents=True)
        ours.write_text("演示的数据文件夹，可以删除")
        (data / "static").mkdir()
        call_command("migrate", verbosity=0)
        seed(lambda words: print(f"  {words}", flush=True))
        mark.write_text("ok")
    else:
        call_command("migrate", verbosity=0)
        seal(clock.now())
    print(f"\n演示账号（密码都是 {PASSWORD}）：")
    for email, _, label in ACCOUNTS:
        print(f"  {email:<28} {label}")
    helper = _Helper()
    try:
        with awake():
            return _listen(options.host, options.port)
    finally:
        helper.stop()


def bring(options: argparse.Namespace) -> int:
    """Import a sheet, as the page does; the report on stdout, exit 2 when rows are wrong, 1 when
    they were left in a sheet to mend and the others written.
    """
    try:
        data = options.sheet.read_bytes()
    except OSError as e:
        print(f"{options.sheet}: 打不开：{e.strerror}", file=sys.stderr)
        return 2
    if options.leave and not options.leave.resolve().parent.is_dir():
        print(f"{options.leave}: 没有这个文件夹，改错表写不下", file=sys.stderr)
        return 2
    if not _ready():
        return 2
    given = {"publish": not options.keep_submitted, "owner": options.owner}
    try:
        batch = imports.upload(options.kind, options.sheet.name, data, SYSTEM, given)
        _carry(batch, "uploaded", "检查")
        if batch.state == "asked" and (said := _answers(options.answer, batch)):
            imports.answer(batch, said, SYSTEM)
            _carry(batch, "uploaded", "检查")
        if batch.state == "asked":
            _tell_questions(batch)
            imports.discard(batch, SYSTEM)
            return 2
        return _written(options, batch) if batch.state == "checked" else _refused(options, batch)
    except DomainError as e:
        print(f"{options.sheet}: {e.words}", file=sys.stderr)
        return 2


def _refused(options: argparse.Namespace, batch: ImportBatch) -> int:
    print(f"{options.sheet}: {batch.refusal}", file=sys.stderr)
    return 2


def _written(options: argparse.Namespace, batch: ImportBatch) -> int:
    """Tell what was read; write it, or what is sound of it, as was asked."""
    _report(batch)
    wrong = batch.counts.get("wrong", 0)
    leaving = wrong if options.leave and imports.sound(batch) else 0
    if options.dry_run or wrong > leaving:
        imports.discard(batch, SYSTEM)
        return 2 if wrong else 0
    imports.confirm(batch, SYSTEM, leaving)
    _carry(batch, "confirmed", "写入")
    if batch.state != "applied":
        return _refused(options, batch)
    print(f"已写入 {imports.sound(batch)} 行。编号 {batch.pk}，可在网页“导入”里撤销。")
    if not leaving:
        return 0
    try:
        options.leave.write_bytes(sheets.mended(batch))
    except OSError as e:
        print(f"{options.leave}: 写不了：{e.strerror}。改错表可在网页“导入”里下载", file=sys.stderr)
    else:
        print(f"{leaving} 行没有写入，留在改错表 {options.leave}：改好后再导入这份表。")
    return 1


def _ready() -> bool:
    """Whether the database is built; says what to do when not."""
    plan = MigrationExecutor(connection)
    if plan.migration_plan(plan.loader.graph.leaf_nodes()):
        print(
            "数据库还没有建好，请先运行 kechuang migrate（演示请先运行一次 make demo）",
            file=sys.stderr,
        )
        return False
    print(database_name(), file=sys.stderr)
    return True


def _carry(batch: ImportBatch, state: str, label: str) -> None:
    """Do the worker's part here, or wait for a worker that took it, showing how far it is."""
    while True:
        taken = worker.deliver_once(clock.now(), only=("core.imports.reactions.",))
        batch.refresh_from_db()
        if batch.state != state:
            return
        if Delivery.objects.filter(
            entry__subject_kind="core.import", entry__subject_id=str(batch.pk), state="stuck"
        ).exists():
            raise Invalid("import.stuck")
        if not taken:
            noted = files.progress(f"import-{batch.pk}") if state == "confirmed" else {}
            done = noted.get("done", batch.seen)
            print(f"\r{label} {done}/{batch.total}", end="", file=sys.stderr, flush=True)
            time.sleep(0.3)


def _answers(given: Sequence[str], batch: ImportBatch) -> dict[str, str]:
    """What the command line says of a sheet's questions; nothing when one is left open."""
    pairs = dict(pair.split("=", 1) for pair in given if "=" in pair)
    asked = [q["id"] for q in batch.reading["questions"]]
    return pairs if all(pairs.get(n) for n in asked) else {}


def _tell_questions(batch: ImportBatch) -> None:
    """The questions with their answers, as they may be given on the command line."""
    for question in batch.reading["questions"]:
        print(recalled(question["words"]), file=sys.stderr)
        for option in question["options"]:
            means = recalled(option["means"]) if option["means"] else ""
            said = f"--answer {question['id']}={option['value']}"
            print(f"  {said}  {option['label']} {means}".rstrip(), file=sys.stderr)


def _report(batch: ImportBatch) -> None:
    counts = batch.counts
    words = {"create": "新增", "update": "更新", "same": "不变", "asked": "要回答", "wrong": "有错"}
    counted = {**counts, "wrong": counts.get("wrong", 0) - counts.get("asked", 0)}
    told = "，".join(f"{label} {counted.get(name, 0)} 行" for name, label in words.items())
    print(f"读到 {batch.total} 行：{told}")
    if passed := sum(counts.get("skipped", {}).values()):
        print(f"另跳过 {passed} 行（合计、说明、空行等），每行的原因在网页“导入”里")
    if counts.get("ignored_columns"):
        print(f"没有用到的列：{'、'.join(counts['ignored_columns'])}")
    for row in batch.rows.filter(plan="wrong")[:50]:
        for found in row.faults:
            print(
                f"  第 {row.line} 行 {found['column']} 列（{found['heading'] or '整行'}）：{found['words']}",
                file=sys.stderr,
            )
