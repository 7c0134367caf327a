"""The days that deadlines mean."""

import pytest

from kechuang.engines.plantext import deadlines
from tests.engines.test_plantext import TEXT

DATED = (
    TEXT.rstrip()
    + """
三、重点任务
（一）加强创新平台建设
1.建设中试基地。完善功能。（牵头单位：科技局；完成时限：2026年6月底前）
2.办好对接活动。扩大影响。（牵头单位：科技局；完成时限：2月30日前）
"""
)

ONE, THREE = ("2026-01-01", "2026-12-31"), ("2020-01-01", "2022-12-31")


def read(due, period=(), issued="", said=None):
    return [(d.words, str(d.day or ""), d.how) for d in deadlines(due, period, issued, said)]


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ("2026年6月底前", "2026-06-30"),
        ("2026 年 2 月末", "2026-02-28"),
        ("2028年2月底", "2028-02-29"),
        ("2026年6月15日前", "2026-06-15"),
        ("2026-06-15", "2026-06-15"),
        ("2026.6.15", "2026-06-15"),
        ("2026年12月", "2026-12-31"),
        ("2026年3月上旬", "2026-03-10"),
        ("2026年3月中旬", "2026-03-20"),
        ("2026年3月下旬", "2026-03-31"),
        ("2026年上半年", "2026-06-30"),
        ("2026年下半年", "2026-12-31"),
        ("2026年第三季度", "2026-09-30"),
        ("2026年三季度末", "2026-09-30"),
        ("2026年底前", "2026-12-31"),
        ("2026年底", "2026-12-31"),
        ("到2026年", "2026-12-31"),
        ("2025—2027年", "2027-12-31"),
        ("２０２６年６月底", "2026-06-30"),
        ("十四五末", "2025-12-31"),
    ],
)
def test_a_deadline_with_its_year_is_its_own_day(due, day):
    assert read(due) == [(due, day, "")]


@pytest.mark.parametrize(
    ("due", "period", "issued", "day", "how"),
    [
        ("6月底前", ONE, "", "2026-06-30", "period"),
        ("年底前", ONE, "2025-12-01", "2026-12-31", "period"),
        ("6月底前", THREE, "2020-09-01", "2021-06-30", "issued"),  # June of 2020 was over
        ("12月底", THREE, "2020-09-01", "2020-12-31", "issued"),
        ("6月底前", THREE, "", "", "unclear"),  # three Junes: not guessed
        ("6月底前", (), "", "", "unclear"),
        ("计划期末", THREE, "", "2022-12-31", "period"),
        ("规划期内", (), "", "", "unclear"),
        ("长期坚持", ONE, "", "", "none"),
        ("持续推进", ONE, "", "", "none"),
        ("每季度", ONE, "", "", "every"),
        ("每年12月", ONE, "", "", "every"),
        ("尽快", ONE, "", "", "unclear"),
        ("2月30日前", ONE, "", "", "impossible"),
        ("2026年2月29日", ONE, "", "", "impossible"),
        ("13月底", ONE, "", "", "impossible"),
        ("2019年底", THREE, "", "2019-12-31", "early"),
    ],
)
def test_a_year_that_is_missing_is_taken_from_somewhere_and_said(due, period, issued, day, how):
    assert read(due, period, issued) == [(due, day, how)]


def test_several_deadlines_of_one_task_are_each_a_day():
    assert read("2026年6月底前完成方案，12月底前建成", THREE) == [
        ("2026年6月底前完成方案", "2026-06-30", ""),
        ("12月底前建成", "2026-12-31", "before"),
    ]
    assert read("2026年9月底；3月底")[1] == ("3月底", "2027-03-31", "before")
    assert read("6月底前完成方案，报市局", ONE) == [("6月底前完成方案", "2026-06-30", "period")]
    assert read("") == []


def test_what_a_person_said_stands():
    said = {"尽快": "2026-05-01", "6月底前": ""}
    assert read("尽快；6月底前", ONE, "", said) == [
        ("尽快", "2026-05-01", "person"),
        ("6月底前", "", "person"),
    ]
