"""Every record is what the ledger says of it; whatever is done behind it is found."""

import json
import shutil
import subprocess
import sys
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, models

from kechuang.cli import keeping as commands
from kechuang.district.accounts import reactions
from kechuang.district.accounts.models import Letter, LetterLink, Membership, Organisation, User
from kechuang.district.accounts.services import Opening, disable, link_organisation, make_link
from kechuang.district.accounts.services.links import use_link
from kechuang.district.core import books, held, law, ledger, roots, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.doubts import answer_doubt, note_doubts
from kechuang.district.core.models import Doubt, Entry, LawInForce, LawVersion
from kechuang.district.core.proving import SEAL, prove
from kechuang.district.core.registers import REGISTERS, create
from kechuang.district.core.sealing import seal
from kechuang.district.market.models import Achievement, Demand
from kechuang.district.plan import services as plan
from kechuang.district.plan.models import Duty, Measurement
from kechuang.district.registry.models import BookFact, BookRecord, Firm
from kechuang.district.registry.services import keep_firm
from kechuang.engines.base.errors import Invalid
from tests.factories import NOW, code
from tests.portal.test_registers import creator, house, typed

__all__ = ["house"]
behind = pytest.mark.behind
TOOL = Path(__file__).parents[2] / "tools" / "check_ledger.py"


def found(**given):
    """What the proof says, by code."""
    proof = prove(**given)
    assert not proof.holds
    return [f.words.code for f in proof.faults] or [proof.chain.words.code]


def rewrite(*statements):
    """Change the ledger itself, its guards taken away for the moment."""
    guard = __import__(
        "kechuang.district.core.migrations.0002_ledger_is_append_only", fromlist=["UNDO"]
    )
    vendor = connection.vendor
    made = {"sqlite": guard.SQLITE, "postgresql": guard.POSTGRESQL}[vendor]
    with connection.cursor() as cursor:
        for statement in (*guard.UNDO[vendor], *statements, *made):
            cursor.execute(statement)


# --- rows


@behind
@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (lambda w: Demand.objects.update(budget_fen=1), "held.changed"),
        (lambda w: Demand.objects.update(created_at=NOW - timedelta(hours=1)), "held.changed"),
        (lambda w: Demand.objects.update(keywords=["别的"]), "held.changed"),
        (lambda w: Demand.objects.all()._raw_delete("default"), "held.deleted"),
        (
            lambda w: Organisation.objects.bulk_create([Organisation(name="丙", kind="centre")]),
            "held.added",
        ),
        (lambda w: Membership.objects.filter(role="officer").update(role="broker"), "held.changed"),
        (lambda w: Membership.objects.filter(role="auditor").delete(), "held.changed"),
        (
            lambda w: Membership.objects.create(
                user=w.users["rival"], organisation=w.bureau, role="approver"
            ),
            "held.changed",
        ),
        (
            lambda w: EmailAddress.objects.filter(user=w.users["rival"]).update(
                email="y@x.example"
            ),
            "held.changed",
        ),
        (lambda w: User.objects.filter(name="rival某").update(is_superuser=True), "held.changed"),
        (
            lambda w: Duty.objects.create(plan="p", task=1, body="某局", role="lead"),
            "held.added",
        ),
        (
            lambda w: LawVersion.objects.create(
                digest="0" * 64, how="changed", files={}, made_at=NOW, made_by="x"
            ),
            "held.added",
        ),
        (lambda w: LawInForce.objects.create(since=NOW, by="x"), "held.law_in_force"),
    ],
)
def test_a_row_that_was_written_behind_the_ledger_is_found(world, tamper, code):
    world.demand()
    assert prove().holds
    tamper(world)
    assert code in found()


@behind
def test_the_text_of_the_law_is_proved(world):
    version = law.keep({"a.yaml": "x: 1"}, "changed", SYSTEM, NOW)
    law.enact(version, SYSTEM, NOW, "试")
    assert prove().holds
    LawVersion.objects.filter(pk=version.pk).update(files={"a.yaml": "x: 2"})
    assert found() == ["held.changed", "held.law_text"]
    books.forget()


@behind
def test_a_record_that_ended_does_not_come_back(world):
    world.contract("A", 100)
    named = Organisation.objects.create(name="无代码厂", kind="enterprise", search="")
    with ledger.writing():
        ledger.record(
            "x.y",
            subject_kind="accounts.organisation",
            subject_id=named.pk,
            label="",
            actor=SYSTEM,
            at=NOW,
        )
    link_organisation(named, world.firm.code, world.actor("officer"), NOW)
    assert prove().holds
    Organisation.objects.bulk_create([named])
    assert "held.back_again" in found()


@behind
def test_facts_by_which_is_counted_are_those_of_their_records(house):
    register = next(r for r in REGISTERS.values() if r.model._meta.proxy)
    who, step = creator(register, house)
    create(register, step.name, typed(register, house), house.actor(who), NOW)
    assert BookFact.objects.exists()
    assert prove().holds
    fact = BookFact.objects.exclude(text="").first()
    BookFact.objects.filter(pk=fact.pk).update(text="别的")
    assert found() == ["held.facts"]
    BookFact.objects.filter(pk=fact.pk).delete()
    assert found() == ["held.facts"]
    BookRecord.objects.update(facts={})
    assert set(found()) == {"held.changed", "held.facts"}


def test_what_two_databases_write_differently_is_one_digest():
    kept = held.kept_of(Achievement)
    given = {"title": "甲", "keywords": ["x", 1.0, {"b": (2.5,), "a": None}]}
    same = {"title": "甲", "keywords": ["x", 1, {"a": None, "b": [2.5]}]}
    assert kept.held_by([Achievement(**given)]) == kept.held_by([Achievement(**same)])
    other = {**same, "keywords": ["x", "1", {"a": None, "b": [2.5]}]}
    assert kept.held_by([Achievement(**other)]) != kept.held_by([Achievement(**same)])


def test_a_column_at_its_default_is_left_out():
    """A column that is added later changes no digest of before."""
    kept = held.kept_of(Demand)
    columns = [*kept.columns, held.Column("added", "", lambda v: v)]
    values = [getattr(Demand(title="x"), c.name) for c in kept.columns]
    assert held._plain(kept.columns, values) == held._plain(columns, [*values, ""])
    assert held._plain(columns, [*values, "y"])["added"] == "y"


# --- what wrote rows without an entry before


def test_everything_that_refers_to_a_linked_organisation_has_its_entry(world):
    named = Organisation.objects.create(name="无代码厂", kind="enterprise", search="")
    with ledger.writing():
        kind = "accounts.organisation"
        ledger.record("x.y", subject_kind=kind, subject_id=named.pk, label="", actor=SYSTEM, at=NOW)
    keep_firm(named, {}, SYSTEM, NOW)
    demand = world.demand(owner=named)
    Membership.objects.create(user=world.users["rival"], organisation=named, role="enterprise")
    with ledger.writing():
        ledger.record(
            "x.y",
            subject_kind="accounts.person",
            subject_id=world.users["rival"].pk,
            label="",
            actor=SYSTEM,
            at=NOW,
        )
    link_organisation(named, world.firm.code, world.actor("officer"), NOW)
    told = set(Entry.objects.filter(kind__endswith=".relink").values_list("kind", flat=True))
    assert told == {
        "accounts.organisation.relink",
        "accounts.person.relink",
        "market.demand.relink",
        "registry.firm.relink",
    }
    demand.refresh_from_db()
    assert demand.owner == world.firm
    assert Firm.objects.get().organisation == world.firm
    assert ledger.history("registry.firm", named.pk).last().held == held.GONE


def test_doubts_links_and_measurements_have_entries(world):
    pair = {"kind": "x", "left_id": "1", "right_id": "2", "why": "", "created_at": NOW}
    with ledger.writing():
        assert note_doubts([Doubt(**pair), Doubt(**pair)], NOW) == 1
        assert note_doubts([Doubt(**pair)], NOW) == 0
    answer_doubt(Doubt.objects.get(), "same", world.actor("officer"), NOW)
    with pytest.raises(Invalid):
        answer_doubt(Doubt.objects.get(), "", world.actor("officer"), NOW)
    link = make_link(Opening("address", "x", 1), NOW, name="某")
    with ledger.writing():
        use_link(link, NOW)
    world.contract("A", 100)
    worker.drain()
    measured = Measurement.objects.first()
    assert [e.kind for e in ledger.history("core.doubt", Doubt.objects.get().pk)] == [
        "core.doubt.note",
        "core.doubt.answer",
    ]
    assert [e.kind for e in ledger.history("accounts.link", link.pk)] == [
        "accounts.link.make",
        "accounts.link.use",
    ]
    assert ledger.history("plan.measurement", measured.pk).count() == 1
    assert plan.measure
    disable(world.users["rival"], world.actor("administrator"), NOW, "走了")


# --- the ledger itself


@behind
def test_old_entries_verify_as_before_and_hold_no_digest(world):
    entries = list(Entry.objects.order_by("id"))
    before = ledger.GENESIS
    statements = []
    for entry in entries:
        entry.form, entry.held, entry.before = ledger.OLD, "", before
        before = entry.hash = ledger.hash_of(entry)
        statements.append(
            f"UPDATE core_entry SET form=1, held='', before='{entry.before}', hash='{entry.hash}' WHERE id={entry.pk}"
        )
    rewrite(*statements)
    proof = prove()
    assert proof.chain.holds
    assert {f.words.code for f in proof.faults} == {"held.added"}
    count = seal(NOW)
    assert count == proof.records
    after = prove()
    assert after.holds
    assert after.sealed == count
    assert set(Entry.objects.filter(form=2).values_list("kind", flat=True)) == {SEAL}
    assert seal(NOW) == 0
    Organisation.objects.bulk_create([Organisation(name="丙", kind="centre")])
    assert seal(NOW) == 0  # what the ledger proves already is never sealed again
    assert found() == ["held.added"]
    last = Entry.objects.filter(form=1).last()
    rewrite(f"UPDATE core_entry SET held='gone' WHERE id={last.pk}")
    assert found() == ["ledger.changed"]


@behind
def test_no_entry_may_be_of_an_older_form_than_those_before(world):
    last = Entry.objects.last()
    last.form, last.held = ledger.OLD, ""
    rewrite(
        f"UPDATE core_entry SET form=1, held='', hash='{ledger.hash_of(last)}' WHERE id={last.pk}"
    )
    assert found() == ["ledger.changed"]


@behind
def test_an_end_that_was_cut_off_with_its_rows_is_found_by_the_kept_root(world, settings, tmp_path):
    demand = world.demand()
    settings.KECHUANG_ROOTS = tmp_path / "roots"
    root = roots.keep(NOW + timedelta(days=1))
    told = roots.kept()
    assert told == {"2026-11-02": root.root} == {root.day.isoformat(): ledger.verify().root}
    assert prove(roots=told).holds
    last = Entry.objects.filter(subject_kind="market.demand").first().pk
    rewrite(
        f"DELETE FROM core_delivery WHERE entry_id >= {last}",
        f"DELETE FROM core_entry WHERE id >= {last}",
    )
    Demand.objects.filter(pk=demand.pk)._raw_delete("default")
    assert prove().holds  # what is left agrees with itself
    assert found(roots=told) == ["held.root_missing"]


# --- roots that go out, and the check without us


def test_a_root_is_written_once_and_sent_once(world, settings, tmp_path):
    settings.KECHUANG_ROOTS, settings.KECHUANG_ROOTS_TO = tmp_path / "r", "audit@x.example"
    tomorrow = NOW + timedelta(days=1)
    for hour in range(3):
        reactions.send_roots(tomorrow + timedelta(hours=hour))
    (place,) = (tmp_path / "r").iterdir()
    assert json.loads(place.read_text())["root"] in Letter.objects.get().body
    place.write_text(place.read_text().replace('"root": "', '"root": "0'))
    roots.keep(tomorrow)
    assert prove(roots=roots.kept()).faults  # it is never written over
    place.write_text("{}")
    with pytest.raises(Invalid, match="不是保存的根"):
        roots.kept()


def test_without_settings_nothing_goes_out(world, tmp_path):
    reactions.send_roots(NOW + timedelta(days=1))
    assert not Letter.objects.exists()
    assert roots.kept() == {}
    assert not mail.outbox


@pytest.fixture
def authority(tmp_path):
    """A time-stamping authority of RFC 3161, made with openssl; gives its address and its root."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not here")
    home = tmp_path / "tsa"
    home.mkdir()
    (home / "serial").write_text("01\n")
    (home / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n[ext]\nextendedKeyUsage=critical,timeStamping\n"
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256\n"
        "signer_digest=sha256\n"
    )

    def openssl(*words, data=None):
        run = ["openssl", *words]
        return subprocess.run(run, cwd=home, input=data, capture_output=True, check=True).stdout

    openssl(
        *"req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem -days 30".split(),
        *("-subj", "/CN=Test", "-config", "tsa.cnf", "-extensions", "ext"),
    )

    class Authority(BaseHTTPRequestHandler):
        def do_POST(self):
            (home / "ask.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            made = (
                b"no"
                if self.path == "/no"
                else openssl(
                    *"ts -reply -queryfile ask.tsq -inkey key.pem -signer ca.pem -config tsa.cnf".split()
                )
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write(made)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Authority) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", home / "ca.pem"
        server.shutdown()


def test_a_root_is_stamped_with_its_time(world, settings, tmp_path, authority):
    address, signer = authority
    settings.KECHUANG_ROOTS, settings.KECHUANG_TSA = tmp_path / "r", f"{address}no"
    tomorrow = NOW + timedelta(days=1)
    with pytest.raises(Invalid, match="没有给出时间戳"):
        roots.keep(tomorrow)
    settings.KECHUANG_TSA = address
    roots.keep(tomorrow)  # asked again with the next beat
    place = tmp_path / "r" / "2026-11-02.json"
    verify = ["openssl", "ts", "-verify", "-data", place, "-in", place.with_suffix(".tsr")]
    command = [*verify, "-CAfile", signer]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    place.write_text(place.read_text() + " ")
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def check(*words):
    """The tool as somebody runs it who has nothing of ours: (exit, what it says)."""
    run = [sys.executable, "-I", "-S", str(TOOL), *map(str, words)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_an_export_is_checked_without_kechuang(world, settings, tmp_path):
    world.demand()
    settings.KECHUANG_ROOTS = tmp_path / "roots"
    roots.keep(NOW + timedelta(days=1))
    out = tmp_path / "ledger.jsonl"
    options = type("Options", (), {"file": out})
    assert commands.export(options) == 0
    assert commands.export(options) == 1  # nothing is written over
    assert check(out, "--roots", settings.KECHUANG_ROOTS)[0] == 0
    lines = out.read_text(encoding="utf-8").splitlines()
    assert ledger.verify().root in check(out)[1]
    assert check(out, "--root", "f" * 64)[0] == 1

    def changed(*kept):
        out.write_text("\n".join(kept) + "\n", encoding="utf-8")
        return check(out, "--roots", settings.KECHUANG_ROOTS)

    assert "follow" in changed(*lines[:5], *lines[6:])[1]
    assert "follow" in changed(*lines[:5], lines[6], lines[5], *lines[7:])[1]
    assert "something else" in changed(*lines[:5], lines[5].replace("系统", "谁"), *lines[6:])[1]
    assert "cut off" in changed(*lines[:-1])[1]
    assert changed(lines[0])[0] == 1
    assert changed("{}")[0] == 2


def test_a_single_notice_is_checked_without_kechuang(world, settings, tmp_path):
    world.demand()
    settings.KECHUANG_ROOTS = tmp_path / "roots"
    roots.keep(NOW + timedelta(days=1))
    entry = Entry.objects.get(kind="accounts.organisation.add", label="成果运营中心")
    told = roots.notice(entry)
    place = tmp_path / "notice.json"

    def checked(**changes):
        place.write_text(json.dumps({**told, **changes}, ensure_ascii=False), encoding="utf-8")
        return check(place, "--roots", settings.KECHUANG_ROOTS)

    assert checked()[0] == 0
    assert entry.label in checked()[1]
    text = json.dumps(told, ensure_ascii=False)
    assert "快充电池包散热" not in text  # nothing of what others say
    assert checked(content=["别的", *told["content"][1:]])[0] == 1
    assert checked(path=told["path"][1:])[0] == 1
    assert checked(path=told["path"][1:], root=Entry.objects.first().hash)[0] == 1


def test_the_command_says_which_record_was_changed(world, capsys):
    options = type("Options", (), {"root": "", "at_least": 1, "roots": None})
    demand = world.demand()
    assert commands.verify(options) == 0
    assert "与台账相符" in capsys.readouterr().out
    kind = Demand.objects.filter(pk=demand.pk)
    kind.update(title="别的")
    assert commands.verify(options) == 1
    assert f"market.demand {demand.pk}" in capsys.readouterr().err
    kind.update(title=demand.title)


def test_every_column_of_a_record_is_proved_or_named(world):
    """A model that counts or caches says so by name; a misspelt name is an error."""
    for kept in held.KEPT.values():
        names = {c.name for c in kept.columns} | set(kept.unkept)
        assert names == {f.attname for f in kept.model._meta.concrete_fields}
    with pytest.raises(ValueError, match="no column"):
        held._columns(LetterLink, frozenset({"opend"}))
    assert issubclass(LetterLink, models.Model)
    assert code(1)
