"""The market: who may do what, who may know what, and that the index follows."""

import pytest

from kechuang.district.accounts.models import Letter
from kechuang.district.accounts.roles import ROLES
from kechuang.district.accounts.services import grant, revoke
from kechuang.district.core import worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.market import permissions, queries
from kechuang.district.market.models import Achievement, Demand
from kechuang.district.market.permissions import can_see
from kechuang.district.market.queries import demands_visible_to, knows_owner
from kechuang.district.market.services import index, matching
from kechuang.engines.base.errors import Invalid, InvalidForm, NotAllowed, WrongState
from tests import listings
from tests.factories import NOW, World


def test_three_different_people_bring_a_demand_to_the_public(world):
    writer, broker, officer = (world.actor(n) for n in ("enterprise", "broker", "officer"))
    demand = listings.draft(Demand(), {"title": "半成品", "owner": world.firm}, writer, NOW)
    with pytest.raises(InvalidForm, match="要解决的问题"):
        listings.submit(demand, writer, NOW)
    listings.revise(demand, {"problem": "写全了"}, writer, NOW)
    listings.submit(demand, writer, NOW)
    listings.check(demand, broker, NOW)
    listings.publish(demand, officer, NOW)
    assert demand.state == "published"


def test_nobody_checks_or_publishes_their_own(world):
    officer, other = world.actor("officer"), world.actor("officer2")
    demand = listings.draft(
        Demand(), {"title": "x", "problem": "y", "owner": world.firm}, officer, NOW
    )
    listings.submit(demand, officer, NOW)
    with pytest.raises(NotAllowed, match="提交或改写过"):
        listings.check(demand, officer, NOW)
    listings.check(demand, other, NOW)
    for somebody in (officer, other):
        with pytest.raises(NotAllowed, match="提交、改写或审核过"):
            listings.publish(demand, somebody, NOW)
    listings.publish(demand, world.actor("approver"), NOW)


def test_nobody_checks_what_he_rewrote(world):
    broker = world.actor("broker")
    demand = world.demand(state="submitted")
    listings.revise(demand, {"problem": "换了写法"}, broker, NOW, demand.version)
    with pytest.raises(NotAllowed, match="改写过"):
        listings.check(demand, broker, NOW)
    listings.check(demand, world.actor("officer"), NOW)


def test_who_left_sees_nothing_by_having_created_it(world):
    writer = world.actor("enterprise")
    secret = listings.draft(
        Demand(),
        {"title": "只有我们知道", "owner": world.firm, "confidentiality": "brokers"},
        writer,
        NOW,
    )
    assert demands_visible_to(writer).filter(pk=secret.pk).exists()
    revoke(world.users["enterprise"].memberships.get(), SYSTEM, NOW, "离职")
    left = world.actor("enterprise")
    assert not demands_visible_to(left).filter(pk=secret.pk).exists()
    assert not can_see(left, secret)
    assert not knows_owner(left, secret)


def test_what_is_sent_back_tells_its_owner_why(world):
    demand = world.demand(state="submitted")
    listings.send_back(demand, world.actor("broker"), NOW, "请写明温度范围")
    assert demand.state == "draft"
    letter = Letter.objects.get(user=world.users["enterprise"])
    assert "温度范围" in letter.body


def make_all(world: World) -> tuple[list, list]:
    demands = [
        world.demand(
            title=f"{level}{state}",
            state=state,
            confidentiality=level,
            problem=f"问题 {level} {state} 电池散热",
        )
        for level in ("open", "nameless", "brokers")
        for state in ("published", "submitted", "draft")
    ]
    achievements = [
        world.achievement(title=f"成果{state}", state=state)
        for state in ("published", "submitted", "draft")
    ]
    closed = world.demand(title="已关闭")
    listings.close(closed, world.actor("enterprise"), NOW, "解决了")
    return [*demands, closed], achievements


def test_in_the_list_means_may_open_for_every_role_and_row(world):
    demands, achievements = make_all(world)
    for name, actor in world.everybody.items():
        seen = set(queries.demands_visible_to(actor).values_list("pk", flat=True))
        assert seen == {d.pk for d in demands if permissions.can_see(actor, d)}, name
        seen = set(queries.achievements_visible_to(actor).values_list("pk", flat=True))
        assert seen == {a.pk for a in achievements if permissions.can_see(actor, a)}, name


def test_a_rival_with_any_further_role_learns_nothing_of_a_demand_for_brokers(world):
    secret = world.demand(title="机密：固态电解质涂布", confidentiality="brokers")
    achievement = world.achievement(title="固态电解质涂布工艺", owner=world.rival)
    worker.drain()
    for role in ROLES:
        grant(world.users["rival"], world.centre, role, SYSTEM, NOW)
        rival = world.actor("rival")
        assert not queries.demands_visible_to(rival).filter(pk=secret.pk).exists(), role
        assert not queries.search(queries.demands_visible_to(rival), "固态电解质", rival).exists()
        ranking = matching.demands_for(achievement, rival)
        shown = [*ranking.listed, *ranking.nearest, *ranking.kept_out]
        assert secret.pk not in [c.thing.pk for c in shown]
        assert ranking.looked == 0
        assert not queries.introductions_visible_to(rival).exists()


def test_word_weights_do_not_tell_of_hidden_demands(world):
    achievement = world.achievement(title="罕见词铼合金粉末", owner=world.university)
    world.demand(title="公开的铼合金需求", problem="铼合金粉末成形")
    worker.drain()
    researcher = world.actor("researcher")
    before = matching.demands_for(achievement, researcher)
    for number in range(5):
        world.demand(
            title=f"机密铼合金 {number}", problem="铼合金粉末喷涂", confidentiality="brokers"
        )
    worker.drain()
    assert matching.demands_for(achievement, researcher) == before


def test_a_nameless_demand_is_not_found_by_its_firms_name(world):
    demand = world.demand(title="隐名需求", confidentiality="nameless")
    for name, knows in (
        ("rival", False),
        ("visitor", False),
        ("researcher", False),
        ("broker", True),
        ("enterprise", True),
    ):
        actor = world.actor(name)
        visible = queries.demands_visible_to(actor)
        assert visible.filter(pk=demand.pk).exists()
        assert queries.search(visible, "甲电池", actor).exists() is knows, name
        assert queries.knows_owner(actor, demand) is knows, name


@pytest.mark.parametrize(
    "text",
    ["甲电池有限公司的产线", "甲电池　有限公司的产线", "我们是海河新能源，原名甲电池有限公司"],
)
def test_a_nameless_text_must_not_name_the_firm(world, text):
    with pytest.raises(InvalidForm, match="企业名称"):
        world.demand(confidentiality="nameless", problem=text)


def test_the_index_follows_the_records(world):
    achievement = world.achievement(title="质子交换膜涂布")
    worker.drain()
    assert [i for i, _ in index.lexical("achievements").search(["质子"], 5)] == [
        str(achievement.pk)
    ]
    listings.pause(achievement, world.actor("researcher"), NOW, "专利转让中")
    worker.drain()
    assert not index.lexical("achievements").search(["质子"], 5)
    listings.resume(achievement, world.actor("researcher"), NOW)
    worker.drain()
    assert len(index.lexical("achievements")) == 1


def test_vectors_follow_in_the_background_and_are_shared_by_equal_texts(world):
    world.achievement()
    world.achievement(title="超声提取黄酮", summary="中药提取")
    worker.drain()
    assert queries.embedding_progress(index.embedder().model, world.actor("officer")) == (0, 2)
    worker.drain(background=True)
    assert queries.embedding_progress(index.embedder().model, world.actor("officer")) == (2, 2)
    assert len(index.vectors("achievements")) == 2
    index.rebuild()
    assert len(index.lexical("achievements")) == 2


def test_a_broker_sees_all_candidates_with_reasons_and_why_not(world):
    demand = world.demand()
    fits = world.achievement()
    dear = world.achievement(title="动力电池浸没冷却", price_fen=10**12)
    other = world.achievement(title="动力电池相变材料", modes=["consulting"])
    worker.drain()
    ranking = matching.achievements_for(demand, world.actor("broker"))
    assert [c.thing.pk for c in ranking.listed] == [fits.pk]
    assert ranking.listed[0].answers
    why = {k.thing.pk: k.why for k in ranking.kept_out}
    assert why[dear.pk].code == "match.beyond_budget"
    assert why[other.pk].code == "match.no_mode_in_common"


def test_only_staff_and_the_owner_match_a_demand(world):
    demand = world.demand()
    worker.drain()
    matching.achievements_for(demand, world.actor("enterprise"))
    for name in ("rival", "researcher", "reviewer", "administrator", "visitor"):
        with pytest.raises(NotAllowed):
            matching.achievements_for(demand, world.actor(name))
    with pytest.raises(WrongState):
        matching.achievements_for(
            world.demand(state="submitted", title="未发布"), world.actor("broker")
        )


def test_references_are_given_in_order(world):
    assert world.achievement().reference.startswith("CG-")
    assert Achievement.objects.get().reference


def test_nobody_publishes_what_nobody_checked(world):
    demand = world.demand(state="submitted")
    listings.check(demand, world.actor("broker"), NOW)
    listings.save(demand, {"problem": "换了内容"}, world.actor("enterprise"), NOW)
    assert demand.state == "submitted"  # rework: back to be checked
    with pytest.raises(WrongState):
        listings.publish(demand, world.actor("approver"), NOW)
    live = world.demand(title="已发布")
    listings.save(live, {"problem": "换了内容"}, world.actor("enterprise"), NOW)
    assert live.state == "submitted"
    other = world.demand(title="另一条")
    with pytest.raises(Invalid, match="理由"):
        listings.save(other, {"problem": "工作人员更正"}, world.actor("officer"), NOW)
    other.refresh_from_db()
    officer = world.actor("officer")
    entry = listings.save(other, {"problem": "工作人员更正"}, officer, NOW, why="来电更正")
    assert entry.why == "来电更正"
    assert other.state == "published"


def test_nobody_gives_his_record_to_another_organisation(world):
    demand = world.demand()
    with pytest.raises(InvalidForm):
        listings.save(demand, {"owner": world.rival}, world.actor("enterprise"), NOW)


def test_the_same_record_twice_is_merged_by_an_officer(world):
    older, newer = world.achievement(), world.achievement(title="同一成果")
    listings.merge("market.achievement", str(newer.pk), str(older.pk), world.actor("officer"), NOW)
    newer.refresh_from_db()
    assert newer.state == "closed"
    with pytest.raises(NotAllowed):
        listings.merge(
            "market.achievement", str(older.pk), str(newer.pk), world.actor("broker"), NOW
        )


def test_own_numbers_skip_those_that_a_sheet_took(world):
    first = world.achievement()
    taken = f"CG-{first.pk + 2:06d}"
    listings.take_in_published(
        Achievement(),
        {"title": "甲", "summary": "乙", "owner": world.university, "reference": taken},
        world.actor("officer"),
        NOW,
    )
    again = world.achievement(title="第三条")
    assert again.reference.startswith(taken)
    assert again.reference != taken


def test_people_of_a_firm_are_never_staff(world):
    grant(world.users["rival"], world.bureau, "officer", SYSTEM, NOW)
    assert not world.actor("rival").has("officer")
