"""Money, days, identifiers: what people write is understood or refused with the remedy."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kechuang.engines.base.days import parse_day
from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.identifiers import (
    credit_check,
    parse_credit_code,
    parse_patent,
    patent_check,
)
from kechuang.engines.base.money import MAXIMUM, in_unit, parse_fen, say_fen


@pytest.mark.parametrize(
    ("written", "unit", "fen"),
    [
        ("120万元", "元", 120_000_000),
        ("1.2亿", "元", 12_000_000_000),
        ("１２０ 万元", "元", 120_000_000),
        (12.3, "万元", 12_300_000),
        ("1,234.56", "元", 123_456),
        ("￥500", "元", 50_000),
        (0.1 + 0.2, "元", 30),
        ("面议", "万元", None),
        ("", "元", None),
        (None, "元", None),
        ("人民币 3 万", "元", 3_000_000),
    ],
)
def test_amounts_as_people_write_them(written, unit, fen):
    assert parse_fen(written, unit) == fen


@pytest.mark.parametrize(
    "wrong", ["约100万", "-5", "1.234元", "10美元", "1e5", "99999999999亿", "十万"]
)
def test_amounts_that_cannot_be_meant(wrong):
    with pytest.raises(Invalid):
        parse_fen(wrong)


@given(st.integers(0, MAXIMUM))
def test_an_amount_said_is_the_amount_read(fen):
    assert parse_fen(say_fen(fen)) == fen
    assert parse_fen(str(in_unit(fen, "万元")), "万元") == fen


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2023.7", date(2023, 7, 1)),
        ("2023年7月", date(2023, 7, 1)),
        ("2023年7月15日", date(2023, 7, 15)),
        ("2023-07-15", date(2023, 7, 15)),
        ("２０２３／７／１５", date(2023, 7, 15)),
        (45122, date(2023, 7, 15)),
        (45122.0, date(2023, 7, 15)),
        ("20230715", date(2023, 7, 15)),
        (20230715, date(2023, 7, 15)),
        ("2023-07-15 00:00:00", date(2023, 7, 15)),
        (2023.7, date(2023, 7, 1)),
    ],
)
def test_days_as_people_and_excel_write_them(written, day):
    assert parse_day(written) == day


def test_a_number_that_may_be_january_or_october_is_asked_about():
    with pytest.raises(Invalid) as caught:
        parse_day(2023.1, "signed_on")
    assert caught.value.proposals == ("2023-01", "2023-10")
    assert caught.value.field == "signed_on"


@pytest.mark.parametrize("wrong", ["2023-02-30", "明天", "2023.13", "7月15日", 7])
def test_days_that_are_none(wrong):
    with pytest.raises(Invalid):
        parse_day(wrong)


@given(st.dates(date(1980, 1, 1), date(2100, 1, 1)))
def test_every_serial_is_its_day(day):
    assert parse_day((day - date(1899, 12, 30)) / timedelta(days=1)) == day


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_credit_codes_check_and_any_slip_of_one_place_is_found(body):
    good = body + credit_check(body)
    assert parse_credit_code(f" {good[:9]} {good[9:].lower()}") == good
    slipped = ("1" if good[0] != "1" else "2") + good[1:]
    with pytest.raises(Invalid):
        parse_credit_code(slipped)


def test_a_letter_that_cannot_occur_is_mended_when_the_check_agrees():
    good = "9112011200000000" + "0"
    good += credit_check(good)
    with pytest.raises(Invalid) as caught:
        parse_credit_code(good.replace("0", "O", 1))
    assert caught.value.proposals == (good,)


@pytest.mark.parametrize(
    "number",
    ["201710601862.3", "ZL201710601862.3", "2017106018623", "95115608.X", "CN 201710601862.3"],
)
def test_patents_with_true_numbers(number):
    assert parse_patent(number).kind == "发明"


@pytest.mark.parametrize("number", ["201710601862.4", "2017606018623", "12345", "ZL20171060186"])
def test_patents_with_wrong_numbers(number):
    with pytest.raises(Invalid):
        parse_patent(number)


@given(st.integers(2004, 2030), st.sampled_from("12389"), st.integers(0, 9_999_999))
def test_a_made_patent_number_reads_back(year, kind, serial):
    digits = f"{year}{kind}{serial:07d}"
    assert parse_patent(digits + patent_check(digits)).year == year


def test_the_kind_of_a_kept_patent_is_read_without_checking_it_anew():
    from kechuang.engines.base.identifiers import parse_patent, patent_check, patent_kind

    for digits in ("202110873426", "202121650973", "202133650973", "95115608", "95215608"):
        number = parse_patent(digits + patent_check(digits)).number
        assert patent_kind(number) == parse_patent(number).kind
    assert patent_kind("ZL 2017 1 0601862.3") == "发明"
