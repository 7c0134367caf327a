"""What a house lacks is said with what to do, and a serious lack is an exit of 1; behind a proxy
that ends TLS the visitor's address and TLS are the proxy's word and nobody else's.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections import namedtuple
from datetime import timedelta

import pytest

from kechuang.cli import keeping as commands
from kechuang.cli.inside import _behind
from kechuang.district.accounts.models import Letter, Membership, User
from kechuang.district.accounts.services import examine, soundness, write_letter
from kechuang.district.core import keeping, ledger, worker
from kechuang.district.core.models import Beat, Delivery
from kechuang.engines.base.sayings import sentence
from tests.factories import NOW
from tests.portal.test_pages import client_of

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def sound(world, settings, data_folder, monkeypatch):
    """A house as it should be."""
    settings.SECRET_KEY = "k3y-" + "0123456789abcdef" * 4
    settings.ALLOWED_HOSTS = ["plan.example.gov.cn"]
    settings.KECHUANG_SITE = "https://plan.example.gov.cn"
    settings.KECHUANG_HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS, settings.KECHUANG_PROXY = 31_536_000, "127.0.0.1"
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "mail.example", "plan@example.gov.cn"
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1 << 40, 0, 1 << 40))
    monkeypatch.setattr(soundness, "clock_of_database", lambda: None)
    monkeypatch.setattr(
        "kechuang.district.accounts.services.soundness._TIMESYNC", data_folder / "none"
    )
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)  # for the journeys alone
    worker.say_alive(NOW)
    Beat.objects.create(name="backup", last_at=NOW)
    return settings


def codes(at=NOW, **how):
    return {f.words.code: f.serious for f in examine(at, **how)}


def test_a_house_as_it_should_be_lacks_nothing(sound):
    assert codes() == {}


SETTINGS = {
    "check.key_weak": {"SECRET_KEY": "short"},
    "check.any_host": {"ALLOWED_HOSTS": ["*"]},
    "check.site_local": {"KECHUANG_SITE": "https://127.0.0.1:8000"},
    "check.site_not_host": {"KECHUANG_SITE": "https://elsewhere.example"},
    "check.https_off": {"KECHUANG_HTTPS": False},
    "check.site_not_https": {"KECHUANG_SITE": "http://plan.example.gov.cn"},
    "check.any_proxy": {"KECHUANG_PROXY": "*"},
    "check.no_mail": {"EMAIL_HOST": ""},
    "check.mail_from": {"DEFAULT_FROM_EMAIL": "kechuang@localhost"},
    "check.django": {"X_FRAME_OPTIONS": "SAMEORIGIN"},
}


@pytest.mark.parametrize("code", SETTINGS)
def test_a_setting_that_is_wrong_is_said(sound, code):
    for name, value in SETTINGS[code].items():
        setattr(sound, name, value)
    found = codes()
    assert code in found
    assert found[code] or code == "check.django"
    for finding in examine(NOW):
        assert sentence(finding.words.code, finding.words.facts, "en")


def test_two_clocks_that_go_apart_are_said(sound, monkeypatch):
    for seconds, said in ((3, {}), (-9, {"check.clock_apart": False})):
        there = NOW + timedelta(seconds=seconds)
        monkeypatch.setattr(soundness, "clock_of_database", lambda there=there: there)
        assert codes() == said


def test_worker_backup_clock_and_disk_are_looked_at(sound, monkeypatch, data_folder):
    assert codes(NOW + timedelta(minutes=6)) == {"check.worker_silent": True}
    later = NOW + timedelta(days=3)
    worker.say_alive(later)
    assert codes(later) == {"check.backup_old": False}
    worker.say_alive(NOW + timedelta(days=8))
    assert codes(NOW + timedelta(days=8)) == {"check.backup_old": True}
    Beat.objects.all().delete()
    assert codes() == {"check.worker_never": True, "check.backup_never": True}
    assert "check.clock_back" in codes(NOW - timedelta(days=1))
    for free, serious in ((3 << 30, False), (1 << 29, True)):
        monkeypatch.setattr(shutil, "disk_usage", lambda path, f=free: Usage(1 << 40, 0, f))
        assert codes()["check.disk"] is serious
    (data_folder / "none").mkdir()
    assert codes()["check.clock_not_kept"] is False


@pytest.mark.behind
def test_people_letters_and_deliveries_are_looked_at(sound):
    write_letter("k", "x", "y", NOW - timedelta(hours=2), name="某", email="a@x.example")
    Delivery.objects.update(state="stuck")
    sound.EMAIL_HOST_PASSWORD, sound.EMAIL_USE_TLS = "secret", False
    User.objects.filter(email="rival@x.example").update(is_demo=True)
    Membership.objects.filter(role="administrator").delete()
    assert codes() == {
        "check.stuck": False,
        "check.mail_waits": False,
        "check.mail_open": False,
        "check.demo_accounts": False,
        "check.no_administrator": True,
    }
    assert Letter.objects.get().sent_at is None


def test_the_mail_server_is_knocked_at_when_asked(sound):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sound.EMAIL_PORT = free.getsockname()[1]
    sound.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    sound.EMAIL_HOST, sound.EMAIL_TIMEOUT = "127.0.0.1", 1
    assert "check.mail_away" not in codes()
    assert codes(reach_mail=True)["check.mail_away"]


def test_the_command_and_the_page_say_the_same(sound, world, capsys, monkeypatch):
    monkeypatch.setattr("kechuang.district.core.clock.now", lambda: NOW)
    options = type("Options", (), {"english": False, "no_mail": True})
    assert commands.examine(options) == 0
    assert "没有发现问题" in capsys.readouterr().out
    sound.KECHUANG_PROXY = "*"
    sound.SECURE_SSL_REDIRECT = False
    assert commands.examine(options) == 1
    said = capsys.readouterr().out
    assert "check.any_proxy" in said
    sound.ALLOWED_HOSTS = [*sound.ALLOWED_HOSTS, "testserver"]
    page = client_of(world, "administrator").get("/health/").content.decode()
    assert "check.any_proxy" in page
    assert client_of(world, "officer").get("/health/").status_code == 403


def test_a_worker_says_that_it_lives(world, monkeypatch):
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    turns = iter([False, True])
    worker.work_forever(lambda: next(turns), pause=0)
    assert worker.last_alive()


def test_a_backup_that_was_made_is_known(shared_world, tmp_path):
    before = ledger.verify()
    assert keeping.last_backup() is None
    keeping.backup(tmp_path / "house.tar.gz", NOW)
    assert keeping.last_backup() == NOW
    assert ledger.verify() == before


# --- behind a proxy


def ask(port, path="/", **headers):
    """A request by hand: (status line, headers, body)."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as talk:
        lines = [f"GET {path} HTTP/1.0", "Host: plan.example"]
        lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
        talk.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        told = b""
        while part := talk.recv(65536):
            told += part
    head, _, body = told.partition(b"\r\n\r\n")
    return head.decode("latin-1"), body.decode("utf-8", "replace")


RUN = [sys.executable, "-m", "kechuang.cli"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A house that is built, as its commands see it."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("KECHUANG", "PYTEST"))}
    env |= {
        "KECHUANG_SECRET_KEY": "k3y-" + "0123456789abcdef" * 4,
        "KECHUANG_DATA": str(tmp_path_factory.mktemp("house") / "data"),
        "KECHUANG_HOSTS": "plan.example",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    subprocess.run([*RUN, "migrate"], env=env, check=True, capture_output=True)
    return env


@pytest.fixture
def serve(environment):
    """`kechuang serve` as it is started, with some settings; gives its port."""
    started = []

    def start(**given):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        env = environment | {f"KECHUANG_{k}": v for k, v in given.items()}
        command = [*RUN, "serve", "--port", str(port)]
        started.append(subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL))
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.2)
            else:
                return port
        raise AssertionError("the server did not come up")

    yield start
    for one in started:
        one.terminate()
        one.wait(20)


def test_behind_a_named_proxy_tls_is_believed_and_strangers_are_not(serve):
    port = serve(HTTPS="1", LIMITS="code=1/10000000000")
    head, _ = ask(port, "/accounts/login/", X_Forwarded_Proto="https", X_Forwarded_For="10.1.1.1")
    assert " 200 " in head.partition("\r\n")[0]
    assert "Strict-Transport-Security: max-age=31536000" in head
    cookie = next(line for line in head.split("\r\n") if "csrftoken" in line)
    assert "Secure" in cookie
    head, _ = ask(port, "/accounts/login/", X_Forwarded_Proto="http", X_Forwarded_For="10.1.1.1")
    assert " 301 " in head.partition("\r\n")[0]
    assert "Location: https://plan.example/accounts/login/" in head
    tls = {"X_Forwarded_Proto": "https"}
    codes_told = [
        ask(port, "/start/1-abcd/", X_Forwarded_For=told, **tls)[0].split()[1]
        for told in ("10.1.1.1", "10.1.1.1", "10.1.1.2", "9.9.9.9, 10.1.1.2")
    ]
    assert codes_told == ["404", "429", "404", "429"]


def test_without_a_proxy_what_a_visitor_says_of_himself_is_not_believed(serve):
    port = serve(LIMITS="code=1/10000000001")
    told = [
        ask(port, "/start/1-abcd/", X_Forwarded_For=f"10.1.1.{n}", X_Forwarded_Proto="https")[0]
        for n in range(2)
    ]
    assert [head.split()[1] for head in told] == ["404", "429"]
    assert "Strict-Transport-Security" not in told[0]
    assert _behind("") == {"clear_untrusted_proxy_headers": True}
