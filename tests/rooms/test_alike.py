"""Texts that are nearly the same: found by MinHash, asked about, told apart by a person."""

import pytest

from kechuang.district.core import worker
from kechuang.district.core.models import Doubt, Entry
from kechuang.district.core.registers import create, take
from kechuang.district.market.facts import near
from kechuang.district.market.models import Achievement
from kechuang.district.market.registers import ACHIEVEMENTS, DEMANDS
from kechuang.district.market.services import alike
from kechuang.engines.base.errors import Questioned
from kechuang.engines.base.sayings import recalled
from tests.factories import NOW


def near_text(world, **more):
    """A long text, and the same with a figure changed."""
    whole = (
        "面向动力电池包的液冷板流道设计方法。先按电芯发热分布划出散热区，再用变密度法求流道走向，"
        "把圆角、壁厚和钎焊工艺写成约束，避免算得出来做不出来。样件在三家企业的台架上试过："
        "一倍率放电时单体之间温差不超过三度，进出口压降比蛇形流道低四成，重量轻两成。"
    )
    return world.achievement(title="液冷板流道拓扑优化设计", summary=whole, **more), whole


def test_a_text_that_is_nearly_known_is_asked_about_and_noted_once(world):
    known, whole = near_text(world)
    values = {
        "title": "液冷板的流道拓扑优化",
        "summary": whole.replace("三家企业", "五家企业", 1),
        "trl": "5",
    }
    values |= {"field": known.field, "owner": world.university.reference}
    officer = world.actor("officer")
    made = create(ACHIEVEMENTS, "draft", values, officer, NOW)  # half done: asked nothing yet
    with pytest.raises(Questioned, match="是不是已经登记过"):
        take(ACHIEVEMENTS, "submit", made, {}, officer, NOW)
    take(ACHIEVEMENTS, "submit", made, {}, officer, NOW, sure=True)
    worker.drain()
    doubt = Doubt.objects.get()
    assert (doubt.left_id, doubt.right_id) == (str(made.pk), str(known.pk))
    assert "相同" in recalled(doubt.why)
    alike.note_near(
        list(Entry.objects.filter(subject_kind="market.achievement", subject_id=made.pk)), NOW
    )
    assert Doubt.objects.count() == 1
    assert create(
        ACHIEVEMENTS, "draft", {**values, "summary": "别的一件事", "title": "别的"}, officer, NOW
    )


def test_a_secret_demand_is_no_duplicate_to_a_rival_but_is_to_who_tells_them_apart(world):
    text = (
        "产线上压固态电解质片，出模时边上开裂，合格率只有六成；把压力降下来不裂了，密度又不够，"
        "后面烧结翘曲。换过两种粘结剂，只好了几天。希望三个月内把合格率提到九成以上，压机和模具"
        "不能换，车间湿度大约百分之四十，每天要出两千片，原料粒径在三到八微米之间。"
    )
    secret = world.demand(
        title="固态电解质压片", problem=text, confidentiality="brokers", owner=world.rival
    )
    values = {"title": "固态电解质压片开裂", "problem": text, "owner": world.firm.reference}
    made = create(DEMANDS, "draft", values, world.actor("enterprise"), NOW)  # asks nothing
    worker.drain()
    doubt = Doubt.objects.get()
    assert (doubt.left_id, doubt.right_id) == (str(made.pk), str(secret.pk))


def test_near_equal_rows_of_a_sheet_are_told_before_they_are_written(world):
    known, whole = near_text(world)
    [pairs] = near(Achievement.objects.all(), [Achievement(title="液冷板流道", summary=whole)])
    assert [(n.thing.pk, n.percent >= 80) for n in pairs] == [(known.pk, True)]
    found = ACHIEVEMENTS.sheet.doubts(
        ACHIEVEMENTS, [Achievement(title="液冷板流道", summary=whole)], world.actor("officer")
    )
    assert [pk for pk, *_ in found[0]] == [str(known.pk)]
