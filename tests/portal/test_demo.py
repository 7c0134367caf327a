"""The demo: a simulated district that is sound, whose history holds, and in which work waits."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.test import Client

from kechuang.district import demo
from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import actor_of, inbox
from kechuang.district.core import clock, worker
from kechuang.district.core.books import current_book
from kechuang.district.core.models import Doubt, Entry, ImportBatch
from kechuang.district.core.proving import prove
from kechuang.district.core.registers.values import errors_of
from kechuang.district.demo.seed import district_of
from kechuang.district.demo.vectors import FILE, texts_of
from kechuang.district.market.models import Introduction
from kechuang.district.market.registers import ACHIEVEMENTS, DEMANDS
from kechuang.district.plan import services as plan
from kechuang.district.plan.models import MonthlyReturn, TaskFile
from kechuang.district.plan.registers import BULLETINS, FIGURES
from kechuang.district.registry.models import Application, FirmYear
from kechuang.district.registry.registers import ESTABLISHMENTS, FIRMS, RECOGNITIONS
from kechuang.district.registry.services import years
from kechuang.district.transfer.registers import CONTRACTS
from tests.portal.ceilings import above

REGISTERS = (
    ACHIEVEMENTS,
    DEMANDS,
    CONTRACTS,
    FIRMS,
    RECOGNITIONS,
    ESTABLISHMENTS,
    BULLETINS,
    FIGURES,
)


@pytest.fixture
def district(db, settings):
    settings.KECHUANG_DEMO = True
    demo.seed(lambda words: None)


def test_the_demo_is_a_sound_district_in_which_everybody_finds_work(district, monkeypatch):
    """One seeding serves all that is asked: it takes a while."""
    assert_sound()
    assert_history_holds()
    assert_plans_can_be_judged()
    assert_every_state_is_there()
    worker.drain()
    worker.beat(clock.now())
    assert not worker.Delivery.objects.filter(state="stuck").exists()
    proof = prove()
    assert proof.holds, (proof.chain.words, list(map(str, proof.faults[:9])))
    assert proof.sealed == 0
    assert_work_waits()
    found, looked = above(monkeypatch)
    assert found == []
    assert looked > 250


def assert_sound():
    today = clock.today()
    for register in REGISTERS:
        for thing in register.model.objects.order_by("pk")[:4000:7]:
            wrong = [e for e in errors_of(register, thing, today) if e.code != "bulletin.known"]
            assert wrong == [], (register.name, thing, wrong)
    for thing in FirmYear.objects.order_by("pk")[:2000:40]:
        given = {name: fact["v"] for name, fact in thing.facts.items()}
        assert years.clean_facts(given) == given


def assert_history_holds():
    assert prove().holds
    moments = list(Entry.objects.order_by("id").values_list("at", flat=True))
    late = sum(b < a for a, b in pairwise(moments))
    assert late < 0.05 * len(moments)  # answers are told with their questions, days ahead
    assert min(moments).year < clock.today().year - 4


def assert_plans_can_be_judged():
    book, today = current_book(), clock.today()
    ended, running = book.plans["jinnan-2020-2022"], book.plans["jinnan-2025-2027"]
    found = {r.target.id: r for r in plan.readings(book, 2022, today, ended)}
    turnover = found["technology-contract-turnover"]
    assert turnover.how == "computed"
    assert Decimal(45) < turnover.value < Decimal(56)
    assert len(turnover.observed) >= 12  # a line, not a dot
    assert len(found["high-tech-enterprises"].observed) >= 6
    lights = {r.light for r in found.values()}
    assert {"reached", "missed"} <= lights
    for reading in plan.readings(book, today.year, today, running):
        if reading.target.id == "technology-contract-turnover":
            assert len(reading.observed) > 12
            assert reading.value > 100


def assert_every_state_is_there():
    def states(model):
        return set(model.objects.values_list("state", flat=True))

    assert {"open", "agreed", "contracted", "declined", "withdrawn", "lapsed"} == states(
        Introduction
    )
    assert {"applied", "recommended", "returned"} <= states(Application)
    assert {"draft", "submitted", "accepted", "returned"} == states(FirmYear)
    assert {"open", "asked", "closed"} == states(TaskFile)
    assert {"asked", "submitted", "accepted", "sent_back"} <= states(MonthlyReturn)
    assert MonthlyReturn.objects.filter(state="asked", due_on__lt=clock.today()).exists()
    if ImportBatch.objects.filter(state="applied").exists():  # a sheet is read within a time limit
        assert Doubt.objects.filter(answer="").exists()


def assert_work_waits():
    for batch in ImportBatch.objects.filter(state="checked"):
        assert batch.counts["wrong"] > 0, batch
    for short in ("officer", "approver", "broker", "enterprise", "researcher"):
        user = User.objects.get(email=f"{short}@demo.example")
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        page = client.get("/workspace/")
        waiting = {t.kind for g in page.context["groups"] for t in g.things}
        assert len(waiting) >= 1, short
        if short in ("officer", "approver", "broker"):
            assert len(waiting) >= 3, (short, waiting)
        else:
            assert inbox(actor_of(user)).exists() or page.context["groups"], short


def test_the_vectors_of_the_demos_texts_are_in_the_package(db):
    """They are reckoned at release: ``kechuang manage demovectors`` when the texts changed."""
    import numpy as np

    from kechuang.engines.matching.sense import digest

    texts = texts_of(district_of(current_book(), clock.now()))
    with np.load(FILE) as held:
        known = {bytes(name).hex() for name in held["names"]}
        assert np.allclose(np.linalg.norm(held["vectors"].astype(float), axis=1), 1, atol=0.01)
    assert {digest(text) for text in texts} == known
    assert FILE.stat().st_size < 3_000_000


def test_another_place_has_its_own_district(db, settings):
    from kechuang.book import read_book

    book, _ = read_book(settings.KECHUANG_BOOK.parent / "binhai")
    made = district_of(book, clock.now())
    assert {f.town for f in made.firms} <= {p.name for p in book.places.values()}
    assert made.first <= date.today().year - 5
