"""Texts that are nearly the same."""

import random

import pytest

from kechuang.engines.matching.alike import NEAR, Alike, share, signature, stretches

TEXT = "".join(random.Random(3).choices([chr(c) for c in range(0x4E00, 0x9FA5)], k=200))


def edited(text, times, chance):
    letters = list(text)
    for _ in range(times):
        letters[chance.randrange(len(letters))] = chance.choice("甲乙丙丁戊己庚辛")
    return "".join(letters)


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("", "", 1),
        ("甲", "甲", 1),
        ("甲乙丙", "甲乙丁", 0),
        ("ＡＢＣ d", "abcd", 1),
        ("甲乙丙丁", "甲乙丙", 0.5),
    ],
)
def test_the_share_is_of_stretches_of_three(one, other, told):
    assert share(one, other) == told


def test_hardly_any_text_that_is_nearly_the_same_is_missed():
    chance = random.Random(7)
    others = {n: edited(TEXT, 400, chance) for n in range(1, 300)}
    index = Alike({0: signature(TEXT), **{n: signature(t) for n, t in others.items()}})
    made = [edited(TEXT, n % 7, chance) for n in range(300)]
    close = [t for t in made if share(TEXT, t) >= NEAR]
    found = [0 in index.worth_comparing(signature(t)) for t in close]
    assert len(close) > 200
    assert sum(found) >= 0.99 * len(found)
    assert all(len(index.worth_comparing(signature(t))) <= 3 for t in made)


def test_odd_texts_have_a_signature():
    for text in ("", " ", "。", "😀" * 5, "𠮷野家", "a"):
        assert share(text, text) == 1
        assert stretches(text)
        assert 1 in Alike({1: signature(text)}).worth_comparing(signature(text))
