"""A letter is a delivery: an outage of the mail server loses nothing, and no letter waits behind
another.
"""

import socketserver
import threading
from datetime import timedelta

import pytest
from django.core.mail import BadHeaderError

from kechuang.district.accounts.models import Letter
from kechuang.district.accounts.services import add_person, send_letter, write_letter
from kechuang.district.core import clock, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.models import Delivery
from kechuang.engines.base.errors import InvalidForm
from tests.factories import NOW, PASSWORD


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server that refuses, hangs or works. ``taken`` holds the messages it accepted."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mode, self.taken, self.release = "works", [], threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class _Talk(socketserver.StreamRequestHandler):
    def handle(self):
        if self.server.mode == "hangs":
            self.server.release.wait(20)
            return
        if self.server.mode == "refuses":
            self.wfile.write(b"421 not now\r\n")
            return
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.taken.append(text.decode())
            if word == b"QUIT":
                return
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mail(settings):
    server = MailServer()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 0.3
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def at(monkeypatch):
    """A clock that the test moves: ``at(minutes)`` after the beginning."""
    start = clock.now()

    def move(minutes):
        monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=minutes))

    return move


def write(count, first=0):
    for n in range(first, first + count):
        write_letter(f"k{n}", f"信 {n}", "正文", NOW, name="某", email=f"p{n}@x.example")


def waiting():
    return Letter.objects.filter(sent_at=None).count()


@pytest.mark.parametrize("outage", ["refuses", "hangs"])
def test_an_hour_without_a_mail_server_loses_nothing(world, mail, at, outage):
    write(25)
    mail.mode = outage
    for minute in range(0, 60, 2):
        at(minute)
        worker.drain()
    assert waiting() == 25
    assert Letter.objects.exclude(failed="").exists()
    assert not Delivery.objects.filter(state="stuck").exists()
    mail.release.set()
    mail.mode = "works"
    for minute in range(60, 240, 2):
        at(minute)
        worker.drain()
    assert waiting() == 0
    assert len(mail.taken) == 25
    assert not Delivery.objects.exclude(state="done").exists()


def test_a_server_that_is_away_is_asked_once_a_minute_and_not_once_a_letter(world, mail, at):
    write(25)
    mail.mode = "hangs"
    at(0)
    tried = worker.drain()
    letters = Delivery.objects.filter(reaction="accounts.reactions.send_letters")
    assert letters.filter(tries=1).count() == 1
    assert letters.filter(tries=0).count() == 24
    assert tried > 0


def test_a_letter_that_cannot_be_sent_keeps_no_other_waiting(world, mail, at, monkeypatch):
    write(3)
    broken = Letter.objects.get(key="k1")

    def refuse(letter, when):
        if letter.pk == broken.pk:
            raise BadHeaderError("a line break in the head")
        send_letter(letter, when)

    monkeypatch.setattr("kechuang.district.accounts.reactions.send_letter", refuse)
    at(0)
    worker.drain()
    assert list(Letter.objects.filter(sent_at=None)) == [broken]
    assert len(mail.taken) == 2
    for day in range(1, 40):
        at(day * 24 * 60)
        worker.drain()
    stuck = Delivery.objects.get(state="stuck")
    assert "line break" in stuck.error
    monkeypatch.undo()
    worker.retry_stuck()
    worker.drain()
    assert waiting() == 0


def test_a_letter_keeps_its_message_id_and_is_sent_once(world, mail):
    write(1)
    worker.drain()
    letter = Letter.objects.get()
    send_letter(letter, NOW)
    assert len(mail.taken) == 1
    assert f"<kechuang-letter-{letter.pk}-" in mail.taken[0]


def test_names_that_would_break_a_head_are_refused_at_the_source(world):
    with pytest.raises(Exception, match="换行"):
        add_person("n@x.example", "张\r\nBcc: x@x.example", PASSWORD, SYSTEM, NOW)
    from kechuang.district.market.services.introductions import Person

    persons = [
        Person("firm", "赵\nBcc: x@x.example", "a@x.example"),
        Person("owner", "钱", "b@x.example"),
    ]
    with pytest.raises(InvalidForm, match="换行"):
        world.introduction(world.demand(), world.achievement(), persons=persons)


def test_a_subject_made_of_a_title_with_line_breaks_stays_one_line(world, mail):
    write_letter("k", "请修改：第一行\r\n第二行", "正文", NOW, name="某", email="p@x.example")
    worker.drain()
    assert waiting() == 0
