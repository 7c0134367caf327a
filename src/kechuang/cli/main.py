"""Parsing of the command line. What needs the house (Django) is loaded only then."""

import argparse
import importlib
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kechuang.book import read_book
from kechuang.book.files import write_schemas
from kechuang.engines.base.numbers import parse_whole
from kechuang.engines.base.sayings import SOURCE

from . import match, plans, policies
from .files import BadInput

HOUSE = "kechuang.cli.house"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code (2: bad input)."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except BadInput as e:
        print(e, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _house(name: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        wake: Callable[[str, argparse.Namespace], int] = importlib.import_module(HOUSE).run
        return wake(name, options)

    return run


def _check(options: argparse.Namespace) -> int:
    book, problems = read_book(options.folder)
    for problem in problems:
        print(problem.told("en" if options.english else SOURCE), file=sys.stderr)
    if problems or book is None:
        return 2
    if options.json:
        print(json.dumps({"book": book.id, "targets": len(book.plan.targets) if book.plan else 0}))
        return 0
    plan = book.plan
    print(f"{book.title}：没有问题。", end="")
    print(f"目标 {len(plan.targets)} 项，任务 {len(plan.tasks)} 项。" if plan else "没有计划。")
    return 0


def _schemas(options: argparse.Namespace) -> int:
    for path in write_schemas(options.folder):
        print(path)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kechuang", description="科创：一个区的科技创新计划的操作系统"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    matching = commands.add_parser("match", help="为需求找成果，附理由（JSON Lines、CSV、XLSX）")
    matching.add_argument("demands", type=Path)
    matching.add_argument("achievements", type=Path, nargs="+")
    matching.add_argument("--top", type=_positive, default=10)
    matching.add_argument("--out", type=Path)
    matching.add_argument("--book", default="", help="书的文件夹，用来把学科归到技术领域")
    matching.add_argument("--lexical-only", action="store_true", help="只按用词，不算语义")
    matching.add_argument(
        "--shortlist",
        action="store_true",
        help="语义只算每条需求用词最近的几十项：快，但说法不同的找不到",
    )
    matching.set_defaults(run=match.run)

    book = commands.add_parser("book", help="检查一本书").add_subparsers(required=True)
    check = book.add_parser("check", help="说出文件、行和改法")
    check.add_argument("folder", type=Path)
    check.add_argument("--json", action="store_true")
    check.add_argument("--english", action="store_true", help="用英文说")
    check.set_defaults(run=_check)

    cover = book.add_parser(
        "cover", help="这本书的政策覆盖：规则、条款、例子、没有核实的数（Markdown）"
    )
    cover.add_argument("folder", type=Path)
    cover.set_defaults(run=policies.run_cover)

    schemas = book.add_parser("schemas", help="书的各个文件的 JSON Schema，给编辑器用")
    schemas.add_argument("folder", type=Path)
    schemas.set_defaults(run=_schemas)

    _plan_commands(commands)
    _policy_commands(commands)
    _house_commands(commands)
    return parser


def _plan_commands(commands: Any) -> None:
    plan = commands.add_parser("plan", help="计划").add_subparsers(required=True)
    reading = plan.add_parser("read", help="从政策文件读出计划草稿（txt、docx、html、pdf）")
    reading.add_argument("document", type=Path)
    reading.add_argument("--out", type=Path, help="写到这个文件夹：draft.json 和 text.txt")
    reading.set_defaults(run=plans.read)
    showing = plan.add_parser("show", help="一本书的目标和现在的数")
    showing.add_argument("book", type=Path)
    showing.add_argument("--as-of", default="")
    showing.add_argument("--json", action="store_true")
    showing.set_defaults(run=plans.show)


def _policy_commands(commands: Any) -> None:
    policy = commands.add_parser("policy", help="政策规则").add_subparsers(required=True)
    judging = policy.add_parser(
        "assess", help="按一本书的规则评定对象（jsonl、csv、xlsx；每行一个，有 id 列）"
    )
    judging.add_argument("--trace", action="store_true", help="附条款、公式和缺什么")
    judging.set_defaults(run=policies.run_assess)
    trying = policy.add_parser("simulate", help="改参数之前，看谁得益、谁受损、花多少")
    trying.add_argument(
        "--change", type=Path, required=True, help="拟改的参数：名称: {取值: {日期: 值}}"
    )
    trying.set_defaults(run=policies.run_simulate)
    for each in (judging, trying):
        each.add_argument("subjects", type=Path)
        each.add_argument("--book", type=Path, required=True)
        each.add_argument("--on", required=True, help="按哪一天的规定，如 2026-11-25")
        each.add_argument("--known", default="", help="按哪一天所知的规定（之后才公布的不算）")
        each.add_argument("--rules", nargs="*", default=[], help="只看这些规则")
        each.add_argument("--out", type=Path)


def _house_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _running(commands)
    _database(commands)
    _keeping(commands)
    _checking(commands)
    manage = commands.add_parser("manage", help="Django 的管理命令", add_help=False)
    manage.add_argument("words", nargs=argparse.REMAINDER)
    manage.set_defaults(run=_house("manage"))


def _running(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser("demo", help="演示：津南的书、样例记录、演示账号、网站和后台")
    _address(demo)
    demo.add_argument("--reset", action="store_true", help="丢弃演示数据，从头开始")
    demo.set_defaults(run=_house("demo"))

    serve = commands.add_parser("serve", help="网站")
    _address(serve)
    serve.add_argument("--with-worker", action="store_true", help="同时启动后台")
    serve.set_defaults(run=_house("serve"))

    work = commands.add_parser("work", help="后台：送达台账条目、导入、提醒、语义向量")
    work.add_argument(
        "--once-deliveries", action="store_true", help="只送达待送的条目，不算语义向量"
    )
    work.add_argument("--once", action="store_true", help="做完手头的就退出")
    work.set_defaults(run=_house("work"))


def _database(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("migrate", help="建好或升级数据库").set_defaults(run=_house("migrate"))
    admin = commands.add_parser("createadmin", help="建第一个管理员")
    admin.add_argument("email")
    admin.set_defaults(run=_house("createadmin"))

    bring = commands.add_parser("import", help="导入表格")
    bring.add_argument(
        "kind",
        help="表的种类，如 achievements、contracts；没有这种时会列出全部",
    )
    bring.add_argument("sheet", type=Path)
    bring.add_argument("--dry-run", action="store_true", help="只检查，不写入")
    bring.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="问题=回答",
        help="表里没说清的，如 unit-0=万元；可以写多次。没有回答的问题会打印出来",
    )
    bring.add_argument(
        "--leave",
        type=Path,
        metavar="改错表.xlsx",
        help="有错的行写进这份改错表，其余照常写入；不写就是有一行错则全都不写",
    )
    bring.add_argument("--owner", default="", help="没有权利人一列时，用这个信用代码")
    bring.add_argument("--keep-submitted", action="store_true", help="留待审核，不直接发布")
    bring.add_argument("--demo", action="store_true", help="写进演示的数据库")
    bring.set_defaults(run=_house("bring"))


def _keeping(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    ledger = commands.add_parser("ledger", help="台账").add_subparsers(required=True)
    proving = ledger.add_parser("verify", help="核对散列链和每条记录")
    proving.add_argument("--root", default="", help="公布过的根：链里必须有它")
    proving.add_argument("--at-least", type=_positive, default=1, help="至少该有多少条")
    proving.add_argument("--demo", action="store_true", help="核对演示的数据库")
    proving.add_argument(
        "--roots", type=Path, default=None, help="保存根的文件夹（平常用 KECHUANG_ROOTS）"
    )
    proving.set_defaults(run=_house("verify"))
    out = ledger.add_parser(
        "export", help="写出全部条目，不用本系统也能核对（tools/check_ledger.py）"
    )
    out.add_argument("file", type=Path)
    out.add_argument("--demo", action="store_true", help="演示的数据库")
    out.set_defaults(run=_house("export"))

    keep = commands.add_parser(
        "backup", help="把数据库、私有文件和台账的根写进一个文件；运行时也可以"
    )
    back = commands.add_parser("restore", help="用备份恢复；网站和后台要先停下")
    for command, name in ((keep, "backup"), (back, "restore")):
        command.add_argument("file", type=Path)
        command.add_argument("--demo", action="store_true", help="对演示的数据库")
        command.set_defaults(run=_house(name))


def _checking(commands: Any) -> None:
    check = commands.add_parser(
        "check", help="体检：密钥、域名、TLS、邮件、时钟、磁盘、后台、备份；有要紧的就退出 1"
    )
    check.add_argument("--demo", action="store_true", help="看演示的")
    check.add_argument("--english", action="store_true", help="用英文说")
    check.add_argument("--no-mail", action="store_true", help="不去敲邮件服务器的门")
    check.set_defaults(run=_house("examine"))


def _positive(text: str) -> int:
    value = parse_whole(text, 10_000)
    if not value:
        raise argparse.ArgumentTypeError("应为 1 以上的整数")
    return value


def _address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
