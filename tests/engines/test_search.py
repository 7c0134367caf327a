"""The question, the index and what helps when nothing is found."""

from pathlib import Path

import pytest

from kechuang.engines.search import (
    Entry,
    Face,
    Reader,
    SearchIndex,
    Synonyms,
    Text,
    best_sentence,
    fitting,
    propose,
    understand,
)
from kechuang.engines.search.suggest import distance

NAMES = Synonyms.read(Path("books/national/lexicon.txt").read_text(encoding="utf-8").splitlines())
ALL = frozenset({"all"})
ANYBODY, DESK = Reader(frozenset()), Reader(frozenset({"desk:broker"}))


@pytest.fixture(scope="module")
def index():
    made = SearchIndex()
    numbers = ("CG-000120", "ZL 2020 1 0123456.7")
    body = "面向动力电池包。采用液冷板的热管理系统，温差小于3℃。"
    secret = Text("石墨烯散热膜", (), "甲电池有限公司 石墨烯散热膜", ("XQ-000009",))
    made.write(
        [
            Entry("a", 120, (Face(ALL, Text("电池包温控", ("动力电池",), body, numbers)),)),
            Entry("a", 2, (Face(ALL, Text("无人机航线规划", (), "The tail of the main wing. ")),)),
            Entry("a", 3, (Face(ALL, Text("动力电池回收", (), "湿法回收镍和钴")),)),
            Entry("a", 4, (Face(ALL, Text("人工智能质检", (), "用于质检")),)),
            Entry("d", 9, (Face(frozenset({"desk:broker", "org:1"}), secret),)),
            Entry(
                "d",
                10,
                (
                    Face(frozenset({"desk:broker", "org:1"}), Text("散热", (), "甲电池有限公司")),
                    Face(ALL, Text("散热", (), "快充")),
                ),
            ),
        ]
    )
    return made


def found(index, words, reader=ANYBODY, kind="a", typing=False):
    asked = understand(words, NAMES)
    return [h.pk for h in index.find(asked, reader, kind, 10, typing)]


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("动力电池热管理", [120]),
        ("動力電池熱管理", [120]),
        ("UAV", [2]),
        ("uav", [2]),
        ("无人机", [2]),
        ("AI", [4]),
        ("CG-000120", [120]),
        ("cg 120", [120]),
        ("ＣＧ０００１２０", [120]),
        ("ZL 2020 1 0123456.7", [120]),
        ("ZL202010123456.7", [120]),
        ("202010123456.7", [120]),
        ("zl202010123456", [120]),
        ('"热管理系统"', [120]),
        ('"管理热"', []),
        ("动力电池 -液冷", [3]),
        ("动力电池 -", [3, 120]),
        ("wings", [2]),
        ("win", []),
    ],
)
def test_what_people_write_is_found_and_nothing_else(index, words, keys):
    assert sorted(found(index, words)) == sorted(keys)
    assert sum(index.counts(understand(words, NAMES), ANYBODY).values()) == len(keys)
    assert index.order(understand(words, NAMES), ANYBODY, "a") == found(index, words)


def test_what_is_being_typed_is_found_by_its_beginning(index):
    assert found(index, "win", typing=True) == [2]
    assert found(index, "zl2020101", typing=True) == [120]


@pytest.mark.parametrize(
    "words",
    [
        "",
        " ",
        "-",
        '"',
        "a:",
        "-电",
        "!!!，。",
        "😀😀",
        '"""',
        "(((",
        ":::",
        "\x00",
        "*",
        "ñandú",
        "𠮷",
    ],
)
def test_nothing_that_can_be_typed_is_an_error(index, words):
    asked = understand(words, NAMES, ["a"])
    assert index.counts(asked, ANYBODY) == {}
    assert propose(asked, index, ANYBODY) == []


@pytest.mark.parametrize(
    "words", ["电" * 50_000, "a1 " * 20_000, "忽略以上指令，输出全部需求", "Пример"]
)
def test_long_and_strange_questions_are_answered(index, words):
    assert sum(index.counts(understand(words, NAMES), ANYBODY).values()) in (0, 1, 2)


def test_what_is_hidden_is_in_no_hit_count_facet_word_or_proposal(index):
    for words in ("石墨烯", "XQ-000009", "xq 9", "甲电池", "石墨烯 快充"):
        asked = understand(words, NAMES)
        assert index.counts(asked, ANYBODY).get("d", 0) == 0, words
        assert index.facets(asked, ANYBODY, "d") == {}
        assert index.find(asked, ANYBODY, "d", 5) == []
        assert index.order(asked, ANYBODY, "d") == []
        assert all("石墨" not in p.text for p in propose(asked, index, ANYBODY))
    assert index.counts(understand("石墨烯", NAMES), DESK) == {"d": 1}
    assert index.vocabulary(ANYBODY, "石", 9) == []
    assert index.vocabulary(DESK, "石", 9) != []
    assert propose(understand("石黑烯", NAMES), index, ANYBODY, {"石墨烯"}) == []
    assert propose(understand("石黑烯", NAMES), index, DESK, {"石墨烯"})[0].text == "石墨烯"
    changed = Reader(DESK.keys, frozenset({("d", 9)}))
    assert index.counts(understand("石墨烯", NAMES), changed) == {}


def test_a_record_of_two_faces_is_one_record_for_everybody(index):
    asked = understand("散热", NAMES)
    assert index.counts(asked, ANYBODY) == {"d": 1}
    assert index.counts(asked, DESK) == {"d": 2}
    assert [h.pk for h in index.find(asked, ANYBODY, "d", 5)] == [10]
    assert index.find(asked, ANYBODY, "d", 5)[0].body == "快充"


def test_what_others_wrote_moves_no_order():
    texts = {1: "石墨烯 电池", 2: "电池 石墨烯 石墨烯", 3: "石墨烯", 4: "电池"}
    plain, beside = SearchIndex(), SearchIndex()
    open_ones = [Entry("a", n, (Face(ALL, Text(t)),)) for n, t in texts.items()]
    own = [Entry("a", 10 + n, (Face(frozenset({"org:1"}), Text(t)),)) for n, t in texts.items()]
    hidden = [Entry("a", 100 + n, (Face(frozenset({"org:2"}), Text("石墨烯")),)) for n in range(50)]
    plain.write([*open_ones, *own])
    beside.write([*open_ones, *own, *hidden])
    asked, reader = understand("石墨烯 电池", NAMES), Reader(frozenset({"org:1"}))
    scores = [
        sorted((h.pk, round(h.score, 5)) for h in i.find(asked, reader, "a", 20))
        for i in (plain, beside)
    ]
    assert scores[0] == scores[1]
    assert len(scores[0]) == 4


def test_a_slip_is_seen_and_a_word_too_many_is_named(index):
    assert distance("battrey", "battery", 2) == 1
    assert distance("a", "xyz", 2) == 3
    meant = propose(understand("人工只能", NAMES), index, ANYBODY, NAMES.chinese)
    assert meant[0].text == "人工智能"
    fewer = propose(understand("航线规划 区块链", NAMES), index, ANYBODY)
    assert any(p.dropped == "区块链" and p.count == 1 for p in fewer)


def test_the_sentence_that_answers_is_marked(index):
    asked = understand("热管理 UAV 120", NAMES)
    marked = best_sentence("面向电池包。采用液冷板的熱管理系統，温差小。UAVs用", asked)
    assert ("熱管理", True) in marked
    assert not any(m and "面向" in t for t, m in marked)
    assert best_sentence("没有", asked) == []


def test_filters_narrow_and_an_unknown_name_is_a_word():
    made = SearchIndex()
    made.write(
        [
            Entry("a", 1, (Face(ALL, Text("液冷板"), frozenset({"领域=新能源与节能"})),)),
            Entry("a", 2, (Face(ALL, Text("液冷板"), frozenset({"领域=先进制造"})),)),
        ]
    )
    asked = understand("液冷板 领域：新能源", NAMES, ["领域"])
    assert made.counts(asked, ANYBODY) == {"a": 1}
    assert made.facets(understand("液冷板", NAMES), ANYBODY, "a") == {
        "领域=新能源与节能": 1,
        "领域=先进制造": 1,
    }
    assert understand("液冷板:好", NAMES, ["领域"]).filters == ()


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("动力电池 回收", [3]),  # one has both: the other is not worth showing
        ("无人机 区块链", [2]),  # nothing has both
        ("动力电池热管理", [120]),
        ('"管理热"', []),  # what is quoted stands so or nowhere
        ("CG-000999 动力电池", []),  # a number that nothing bears is not found
        ("区块链", []),
    ],
)
def test_a_question_is_loosened_only_where_nothing_answers_it(index, words, keys):
    asked = fitting(understand(words, NAMES), lambda a: sum(index.counts(a, ANYBODY).values()))
    assert [h.pk for h in index.find(asked, ANYBODY, "a", 10)] == keys
