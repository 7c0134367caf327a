"""The simulated district: the same again from the same seed, sound, and of the size of a plan."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kechuang.engines.base.identifiers import parse_credit_code, parse_patent
from kechuang.engines.matching import LexicalIndex, Offer
from kechuang.engines.text import cut
from kechuang.simulation import Ground, simulate
from kechuang.simulation.topics import TOPICS

GROUND = Ground("某区", ("东镇", "西镇"), ("甲园",), ("邻区", "远区", "某市"))
TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def district():
    return simulate(GROUND, TODAY, first=2020)


def test_the_same_seed_makes_the_same_district_and_another_another(district):
    again, other = (simulate(GROUND, TODAY, first=2020, seed=s) for s in (7, 8))
    assert again == district
    assert list(again.years()) == list(district.years())
    assert other.deals != district.deals
    assert other.wants != district.wants


@settings(max_examples=6, deadline=None)
@given(
    today=st.dates(date(2024, 1, 1), date(2031, 12, 31)), seed=st.integers(0, 99), back=st.just(6)
)
def test_any_day_and_seed_make_a_sound_district(today, seed, back):
    made = simulate(GROUND, today, first=today.year - back, seed=seed)
    firms = {f.party.code: f for f in made.firms}
    codes = [p.code for p in made.parties] + list(firms)
    known = set(codes)
    assert len(known) == len(codes)
    assert all(parse_credit_code(code) == code for code in codes)
    assert len({f.party.name for f in made.firms}) == len(made.firms)
    for held in made.certificates:
        assert firms[held.code].founded_on < held.valid_from <= today
        assert held.valid_until is None or held.valid_until >= held.valid_from

    def there(code, day):
        return code not in firms or firms[code].founded_on <= day

    for deal in made.deals:
        assert there(deal.seller, deal.signed_on)
        assert there(deal.buyer, deal.signed_on)
        assert {deal.seller, deal.buyer} <= known
        assert deal.seller != deal.buyer
        assert 0 < deal.technology_fen <= deal.amount_fen
        assert deal.signed_on <= (deal.registered_on or today) <= today
        assert bool(deal.number) == bool(deal.registered_on)
    for row in made.years():
        assert firms[row.code].founded_on.year < row.year < today.year
        assert row.handed_in <= today
    assert all(o.owner in known and there(o.owner, o.day) and o.day <= today for o in made.offers)
    assert all(w.owner in firms and there(w.owner, w.day) and w.day <= today for w in made.wants)
    assert all(a.approved_on <= today for a in made.approvals)
    assert all(n.as_of < today and "样例" in n.source for n in made.notices)


def test_numbers_that_must_be_one_are_one(district):
    for numbers in (
        [d.number for d in district.deals if d.number],
        [o.number for o in district.offers],
        [w.number for w in district.wants],
        [c.number for c in district.certificates],
        [(n.indicator, n.place, n.as_of) for n in district.notices],
        [(y.code, y.year) for y in district.years()],
    ):
        assert len(set(numbers)) == len(numbers)


def test_no_number_or_name_is_somebodys(district):
    patents = [parse_patent(p) for o in district.offers for p in o.patents]
    assert len(patents) > 1000
    assert all(p.number[5:].startswith("9") for p in patents)  # no year's serials go so far
    assert all("YL" in p.code for p in [*district.parties, *(f.party for f in district.firms)])
    assert not any("样例" in f.party.name for f in district.firms)  # the page and the record say so


def test_it_has_the_size_that_the_plan_speaks_of(district):
    assert (len(district.firms), len(district.offers), len(district.wants)) == (640, 1500, 300)
    assert 1900 <= len(district.deals) <= 2100
    year = dict.fromkeys(range(2020, 2027), 0)
    for deal in district.deals:
        if deal.registered_on:
            year[deal.registered_on.year] += deal.amount_fen
    assert 45 < year[2022] / 1e10 < 55  # 50 亿元 are asked for
    assert 120 < (year[2025] + year[2026]) / 1e10 < 400  # 400 亿元 by the end of 2027
    end = date(2022, 12, 31)
    high = {
        c.code
        for c in district.certificates
        if c.rung == "high_tech" and c.valid_from <= end <= c.valid_until
    }
    assert 490 < len(high) < 560  # 527 are asked for
    entered = Counter(c.rung for c in district.certificates if c.valid_from.year == 2022)
    assert 240 < entered["young_eagle"] < 310  # 275
    assert 20 < entered["gazelle"] < 32  # 25


def test_certificates_of_a_firm_follow_one_another_without_overlap(district):
    held = {}
    for c in district.certificates:
        if c.rung == "high_tech":
            held.setdefault(c.code, []).append(c)
    for rows in held.values():
        for before, after in pairwise(rows):
            assert before.valid_until < after.valid_from
    ending = [
        c
        for c in district.certificates
        if c.valid_until and TODAY <= c.valid_until < TODAY + timedelta(days=120)
    ]
    assert ending  # something runs out soon


def test_texts_differ_and_speak_of_eight_fields(district):
    assert len({o.summary for o in district.offers}) == len(district.offers)
    assert len({o.title for o in district.offers}) > 0.9 * len(district.offers)
    assert len({o.field for o in district.offers}) == 8
    assert len(TOPICS) >= 50
    for topic in TOPICS:
        assert [len(p) for p in (topic.things, topic.faults, topic.ways)] == [3, 5, 5], topic.name


def test_most_demands_have_true_answers_and_words_find_them(district, tmp_path):
    answered = [w for w in district.wants if w.answers]
    assert 0.6 < len(answered) / len(district.wants) < 0.9
    index = LexicalIndex(tmp_path / "index")
    shown = [o for o in district.offers if o.state == "published"]
    index.write(
        [Offer(id=o.number, title=o.title, text=o.summary, keywords=o.keywords) for o in shown], []
    )
    asked = answered[::4]
    found = 0
    for want in asked:
        hits = index.search(cut(f"{want.title} {want.problem}"), 10)
        found += bool({number for number, _ in hits} & set(want.answers))
    assert found > 0.8 * len(asked)


def test_at_a_larger_scale_everything_grows(district):
    twice = simulate(GROUND, TODAY, first=2020, scale=2)
    assert len(twice.firms) == 2 * len(district.firms)
    assert len(twice.offers) == 2 * len(district.offers)
    assert len({f.party.name for f in twice.firms}) == len(twice.firms)


def test_each_state_of_work_is_there(district):
    assert {w.state for w in district.wants} == {
        "published",
        "closed",
        "paused",
        "submitted",
        "checked",
    }
    assert {o.state for o in district.offers} == {w.state for w in district.wants}
    assert {y.state for y in district.years()} == {"accepted", "submitted", "draft", "returned"}
    assert sum(d.registered_on is None for d in district.deals) >= 10
    assert {w.confidentiality for w in district.wants} == {"open", "nameless", "brokers"}


def test_what_is_said_does_not_depend_on_the_day(district):
    """The demo's vectors are made at release: the same texts must come on every day."""
    other = simulate(GROUND, date(2027, 3, 9), first=2020)
    assert [(o.title, o.summary, o.keywords) for o in other.offers] == [
        (o.title, o.summary, o.keywords) for o in district.offers
    ]
    assert [(w.title, w.problem, w.wanted, w.tried) for w in other.wants] == [
        (w.title, w.problem, w.wanted, w.tried) for w in district.wants
    ]
