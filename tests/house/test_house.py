"""The house keeps its own rules."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po
from django.apps import apps
from django.core.management import call_command

from kechuang.district.core import held
from kechuang.district.core.registers import REGISTERS
from kechuang.district.core.workflow import WORKFLOWS
from kechuang.district.market.services import introductions
from kechuang.district.plan.services import (
    closings,
    drafts,
    milestones,
    returns,
    tasks,
)
from kechuang.district.portal import words
from kechuang.district.registry import services as registry
from kechuang.district.support.services import changes
from kechuang.engines.base.sayings import LOCALE

ROOT = Path(__file__).parents[2]
SOURCES = sorted(p for p in (ROOT / "src").rglob("*.py") if "migrations" not in p.parts)
SERVICES = {
    "market.introduction": introductions,
    "market.invitation": introductions,
    "support.change": changes,
    "registry.year": registry.years,
    "registry.application": registry.applications,
    "plan.closing": closings,
    "plan.task": tasks,
    "plan.milestone": milestones,
    "plan.return": returns,
    "plan.draft": drafts,
}
INSIDE = {
    "agree",
    "lapse",
    "call_off",
    "remind",
    "ask_outcome",
}  # taken by the system within another service
TESTS = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "tests").rglob("*.py"))


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def public_functions(path):
    """Functions of the module and methods of its public classes; what stands inside private ones
    is nobody's door.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    homes = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_")]
    return [f for home in homes for f in home.body if isinstance(f, ast.FunctionDef)]


def test_files_and_functions_stay_small():
    long_files = [str(p) for p in SOURCES if p.read_text(encoding="utf-8").count("\n") > 400]
    long_functions = {f"{p}:{f.name}" for p in SOURCES for f in functions(p) if code_of(f) > 50}
    assert not long_files
    assert not long_functions


def code_of(function):
    """How many lines a function's body has, its docstring not counted."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_the_formatter_decides():
    kept = [str(p) for p in SOURCES if re.search(r"#\s*fmt:\s*(skip|off)", p.read_text("utf-8"))]
    assert not kept


def test_no_import_hides_in_a_function():
    hidden = [
        f"{p}:{f.name}"
        for p in SOURCES
        for f in functions(p)
        if any(isinstance(n, (ast.Import, ast.ImportFrom)) for n in ast.walk(f))
    ]
    assert not hidden


def test_public_functions_of_engines_and_book_say_what_they_do():
    silent = [
        f"{p}:{f.name}"
        for p in SOURCES
        if "/engines/" in str(p) or "/book/" in str(p)
        for f in public_functions(p)
        if not f.name.startswith("_")
        and not ast.get_docstring(f)
        and f.name
        not in {"passages", "queries", "query", "construct_mapping", "construct_yaml_map"}
    ]
    assert not silent


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_step_has_a_service_a_permission_a_label_and_a_test(name):
    for step in WORKFLOWS[name].steps:
        assert step.label
        assert callable(step.permission)
        if step.name not in INSIDE:
            assert callable(getattr(SERVICES[name], step.name, None)), step.name
        assert re.search(rf"\b{step.name}\b", TESTS), f"no test takes {name}.{step.name}"


def test_every_workflow_is_looked_after():
    assert set(WORKFLOWS) == {*SERVICES, *REGISTERS, "core.import"}


def test_no_float_touches_money():
    for path in SOURCES:
        if "/portal/" in str(path) or path.name in ("sheets.py", "money.py"):
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"float\([^)]*_fen", text), path


def test_the_english_catalogue_knows_every_word_of_the_templates():
    with words.po_file().open("rb") as stream:
        known = read_po(stream, locale="en")
    missing = [m for m in words.in_templates() if not (found := known.get(m)) or not found.string]
    assert not missing


SAYERS = {
    "Invalid",
    "NotAllowed",
    "NotFound",
    "WrongState",
    "Stale",
    "DomainError",
    "no",
    "Said",
    "Away",
    "Wrong",
}
ADDED = {"Invalid": {"field"}, "Wrong": {"key"}}  # facts that are given where it is told


def said_in(path):
    """(code, names of facts given, line) of every sentence that a file says."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(getattr(node, "func", None), "id", None) or getattr(
            getattr(node, "func", None), "attr", None
        )
        if name not in SAYERS or not node.args:
            continue
        first = node.args[0]
        branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
        for branch in branches:
            if isinstance(branch, ast.Constant) and isinstance(branch.value, str):
                given = {k.arg for k in node.keywords} | ADDED.get(name, set())
                yield branch.value, given, f"{path.name}:{node.lineno}"


def catalogue(language):
    path = LOCALE / language / "LC_MESSAGES" / "refusals.po"
    with path.open("rb") as stream:
        return {m.id: m.string for m in read_po(stream, locale="en") if m.id}


def test_every_sentence_stands_in_both_languages_and_gets_the_facts_it_names():
    chinese, english = catalogue("zh_Hans"), catalogue("en")
    assert set(chinese) == set(english)
    assert [c for c in english if c != "nothing" and not english[c]] == []
    names = {c: {n for _, n, _, _ in Formatter().parse(chinese[c]) if n} for c in chinese}
    others = {c: {n for _, n, _, _ in Formatter().parse(english[c]) if n} for c in english}
    assert [c for c in names if not others[c] <= names[c]] == []
    assert [c for c in english if "{{}}" in english[c]] == []  # a fact without its name
    unknown, hungry = [], []
    for path in SOURCES:
        for code, given, where in said_in(path):
            if code not in chinese:
                unknown.append((code, where))
            elif not names[code] <= given and None not in given:
                hungry.append((code, names[code] - given, where))
    assert unknown == []
    assert hungry == []


def test_no_sentence_of_the_catalogue_is_said_by_nobody():
    source = "\n".join(p.read_text(encoding="utf-8") for p in SOURCES)
    assert [c for c in catalogue("zh_Hans") if f'"{c}"' not in source] == []


def test_no_refusal_is_written_in_chinese_where_it_arises():
    written = [w for p in SOURCES for c, _, w in said_in(p) if re.search(r"[\u3400-\u9fff]", c)]
    assert written == []


def test_models_and_migrations_agree(db):
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_no_path_of_a_machine_and_no_secret_in_the_repository():
    for path in [*SOURCES, ROOT / "Makefile", *(ROOT / ".ci").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert "/home/" not in text
        assert "/work/" not in text


# tables of Django and its applications, and why their rows need no proof of ours
OTHERS = {
    "auth.Permission": "not used",
    "auth.Group": "not used",
    "contenttypes.ContentType": "made from the models",
    "sessions.Session": "who is signed in",
    "account.EmailConfirmation": "not used: links of ours",
    "mfa.Authenticator": "a secret of the person, like a password",
    "axes.AccessAttempt": "counts of sign-ins",
    "axes.AccessAttemptExpiration": "counts of sign-ins",
    "axes.AccessFailureLog": "counts of sign-ins",
    "axes.AccessLog": "counts of sign-ins",
}


def test_every_model_is_proved_by_the_ledger_or_says_why_not():
    silent = {
        m._meta.label
        for m in apps.get_models()
        if not (held.kept_of(m) or held.owner_of(m) or m in held.EXCUSED)
    }
    assert silent == set(OTHERS)
    assert all(held.EXCUSED.values())


def test_a_record_is_proved_under_the_name_of_its_workflow():
    for name, flow in WORKFLOWS.items():
        assert held.kept_as(name) is held.kept_of(flow.model), name
