"""Refusals of the services that no other test meets: each is provoked where it is said, and what
is refused leaves no entry behind.
"""

from datetime import date, timedelta

import pytest

from kechuang.cli import inside
from kechuang.district.accounts.services import add_person, grant, keep_organisation, keep_view
from kechuang.district.core import clock, imports, law, ledger, worker
from kechuang.district.core.actor import SYSTEM
from kechuang.district.core.books import current_book
from kechuang.district.core.imports import IMPORTS
from kechuang.district.core.models import Delivery, Entry
from kechuang.district.core.registers import REGISTERS, create
from kechuang.district.core.workflow import advance
from kechuang.district.market.models import Achievement
from kechuang.district.market.services import introductions, matching
from kechuang.district.plan.models import Duty, Milestone, MonthlyReturn, TaskFile
from kechuang.district.plan.registers import FIGURES
from kechuang.district.plan.services import (
    asking,
    closings,
    comparing,
    drafts,
    milestones,
    owed,
    returns,
    tasks,
)
from kechuang.district.plan.services.proofs import MOST_PROOF
from kechuang.district.plan.workflow import RETURNS
from kechuang.district.registry.models import Application
from kechuang.district.registry.services import applications, keep_firm, years
from kechuang.district.support.services import changes
from kechuang.engines.base.errors import DomainError
from kechuang.engines.base.sayings import Said, recalled
from tests import listings
from tests import steps as transfer
from tests.engines.test_plantext import TEXT
from tests.factories import NOW, PASSWORD, code, sheet, token_of
from tests.rooms.test_changes import GIVEN, edit, firms, propose, shipped
from tests.rooms.test_declared import INSTRUMENTS, instrument

__all__ = ["firms", "shipped"]
DAY = date(2027, 1, 1)
BOTH = (("firm", "赵一", "zhao@x.example"), ("owner", "钱二", "qian@x.example"))


def codes_in(said):
    """The codes of a sentence and of those that it is made of."""
    if isinstance(said, Said):
        yield said.code
        for fact in said.facts.values():
            yield from codes_in(fact)
    elif isinstance(said, (list, tuple)):
        for one in said:
            yield from codes_in(one)


def refused(act):
    """The codes with which an act is refused; it wrote nothing."""
    before = Entry.objects.count()
    with pytest.raises(DomainError) as found:
        act()
    assert Entry.objects.count() == before
    return set(codes_in(found.value.words))


def plan():
    return current_book().plan


@pytest.fixture
def busy(world):
    """A plan in operation: files, a lead, two milestones of which one waits on the other, a return."""
    officer = world.actor("officer")
    tasks.set_up(plan(), NOW)
    tasks.set_duty(plan(), 1, "区发展改革委", "lead", "李四", "", officer, NOW)
    first = milestones.add_milestone(plan(), 1, "完成选址", NOW.date(), officer, NOW)
    milestones.add_milestone(plan(), 1, "开工", NOW.date(), officer, NOW, [first.pk])
    asking.ask_month(current_book(), [plan()], "2026-11", NOW, NOW.date())
    worker.drain()
    return world


# --- the plan in operation


def mark(title):
    return Milestone.objects.get(task=1, title=title)


def file_of(number):
    return TaskFile.objects.get(plan=plan().id, task=number)


def asked():
    return MonthlyReturn.objects.get(task=1, body="区发展改革委")


def without_milestones():
    open_ones = set(Milestone.objects.filter(state="open").values_list("task", flat=True))
    return TaskFile.objects.filter(plan=plan().id).exclude(task__in=open_ones).first()


def hand_over(officer):
    tasks.set_duty(plan(), 1, "区科技局", "lead", "", "", officer, NOW)
    tasks.remove_duty(Duty.objects.get(task=1, body="区发展改革委"), officer, NOW)


def lay(kind="firms", **options):
    return lambda o: comparing.lay(kind, "a.xlsx", sheet(["a"]), options, o, NOW)


def figure(**values):
    given = {"indicator": "rd-intensity", "place": "津南区", "period": "2025", **values}
    return lambda o: create(FIGURES, "report_figure", given, o, NOW)


PLAN = {
    "milestone.title_missing": lambda o: milestones.add_milestone(
        plan(), 1, " ", NOW.date(), o, NOW
    ),
    "milestone.due_missing": lambda o: milestones.add_milestone(plan(), 1, "竣工", None, o, NOW),
    "milestone.itself": lambda o: milestones.order_milestone(
        mark("开工"), [mark("开工").pk], o, NOW
    ),
    "milestone.waits_on": lambda o: milestones.reach_milestone(mark("开工"), NOW.date(), o, NOW),
    "task.role_missing": lambda o: tasks.set_duty(plan(), 1, "区科技局", "boss", "", "", o, NOW),
    "task.proof_missing": lambda o: tasks.add_proof(file_of(1), [], o, NOW),
    "task.milestones_open": lambda o: tasks.ask_closing(file_of(1), o, NOW, "办完了"),
    "task.add_proof_first": lambda o: tasks.ask_closing(without_milestones(), o, NOW, "办完了"),
    "step.wrong_state": lambda o: tasks.close_task(file_of(1), o, NOW),
    "file.too_large": lambda o: tasks.add_proof(
        file_of(1), [("照片.png", b"x" * (MOST_PROOF + 1))], o, NOW
    ),
    "return.light_missing": lambda o: returns.save_return(asked(), {"light": "purple"}, o, NOW),
    "step.system_only": lambda o: advance(RETURNS, "remind_return", asked(), o, NOW),
    "closing.not_computed": lambda o: closings.close_period("nothing", "2025", o, NOW),
    "comparison.kind_missing": lay("people"),
    "comparison.days_missing": lay(start="2026-02-01", end="2026-01-01"),
    "figure.both_parts": figure(numerator="12.5"),
    "figure.value_missing": figure(),
}


@pytest.mark.parametrize("said", PLAN)
def test_the_plan_room_refuses(busy, said):
    assert said in refused(lambda: PLAN[said](busy.actor("officer")))


def test_a_reviewers_light_is_one_of_the_lights(busy):
    officer = busy.actor("officer")
    _, body = owed.open_link(token_of(asked()), NOW)
    returns.submit_return(asked(), {"progress": "a", "next_step": "b", "light": "green"}, body, NOW)
    assert "return.light_missing" in refused(
        lambda: returns.accept_return(asked(), officer, NOW, "purple")
    )


def test_an_old_bodys_link_says_with_whom_the_task_is_now(busy):
    thing = asked()
    hand_over(busy.actor("officer"))
    assert {"return.other_body", "return.now_with"} <= refused(
        lambda: owed.one_owed(thing.body, thing.pk)
    )


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("draft.id", ("Not An Id!", "national")),
        ("draft.no_such_book", ("a-book", "nowhere")),
        ("draft.settled", ("a-book", "national")),
    ],
)
def test_a_draft_is_not_saved_as_just_anything(world, data_folder, said, given):
    officer = world.actor("officer")
    made = drafts.read_draft("规划.txt", TEXT.encode(), officer, NOW)
    if said == "draft.settled":
        drafts.discard_draft(made, officer, NOW)
    assert said in refused(lambda: drafts.save_draft(made, *given, "规划", officer, NOW))
    assert not (data_folder / "books" / given[0]).exists()


# --- the market


def persons(*given):
    return [introductions.Person(*p) for p in given]


@pytest.mark.parametrize(
    ("said", "given"),
    [
        ("introduction.how_many", BOTH[:1]),
        ("introduction.both_sides", (BOTH[0], ("firm", "孙三", "sun@x.example"))),
        ("introduction.email_twice", (BOTH[0], ("owner", "钱二", "ZHAO@x.example"))),
        ("introduction.name_missing", (BOTH[0], ("owner", " ", "qian@x.example"))),
        ("person.name_controls", (BOTH[0], ("owner", "钱\n二", "qian@x.example"))),
    ],
)
def test_an_introduction_asks_persons_of_both_sides_by_name(world, said, given):
    demand, result = world.demand(), world.achievement()
    worker.drain()
    assert said in refused(lambda: world.introduction(demand, result, persons=persons(*given)))


def test_an_introduction_is_refused_twice_and_to_who_does_not_work_on_it(world):
    demand, result = world.demand(), world.achievement()
    start = (demand, result, persons(*BOTH), "想介绍双方认识")
    assert "introduction.who_works" in refused(
        lambda: introductions.start(*start, world.actor("enterprise"), NOW)
    )
    world.introduction(demand, result)
    assert "introduction.under_way" in refused(lambda: world.introduction(demand, result))


INTRODUCED = {
    "introduction.reply_missing": lambda w, i, first: introductions.reply(
        first, " ", w.actor("broker"), NOW
    ),
    "introduction.outcome_missing": lambda w, i, first: introductions.report_outcome(
        i, "miracle", "", w.actor("broker"), NOW
    ),
    "introduction.outcome_by_its_link": lambda w, i, first: introductions.report_outcome(
        i, "contract", "", w.actor("rival"), NOW
    ),
    "invitation.by_its_link": lambda w, i, first: introductions.accept(
        first, w.actor("enterprise"), NOW
    ),
    "step.system_only": lambda w, i, first: introductions.call_off(
        i, w.actor("rival"), NOW, "撤了", "撤了"
    ),
}


@pytest.mark.parametrize("said", INTRODUCED)
def test_an_introduction_under_way_refuses(world, said):
    made = world.introduction(world.demand(), world.achievement())
    for invitation in made.invitations.all() if "invitation" not in said else ():
        introductions.accept(*introductions.open_link(token_of(invitation), NOW), NOW)
    made.refresh_from_db()
    first = made.invitations.first()
    assert said in refused(lambda: INTRODUCED[said](world, made, first))


def test_listings_keep_their_measure_and_are_written_and_matched_by_their_own(world):
    values = {"title": "甲", "summary": "乙", "owner": world.university}
    demand, result = world.demand(), world.achievement()
    draft = world.demand(title="未发布", state="draft")
    cases = {
        "field.too_long": lambda: world.demand(title="长" * 1000, state="draft"),
        "achievement.who_writes": lambda: listings.draft(
            Achievement(), values, world.actor("enterprise"), NOW
        ),
        "listing.checked_again": lambda: listings.amend(
            result, {"title": "改"}, world.actor("researcher"), NOW, "更正"
        ),
        "matching.own_only": lambda: matching.achievements_for(demand, world.actor("rival")),
        "matching.published_only": lambda: matching.achievements_for(draft, world.actor("officer")),
    }
    assert {said: said in refused(act) for said, act in cases.items()} == dict.fromkeys(cases, True)


# --- firms, people, records of the book


@pytest.fixture
def firm(world):
    return keep_firm(world.firm, {"founded_on": date(2015, 3, 1)}, world.actor("officer"), NOW)


def test_a_year_that_is_handed_in_is_the_bureaus_and_a_year_is_a_known_one(world, firm):
    owner, officer = world.actor("enterprise"), world.actor("officer")
    assert "year.out_of_range" in refused(lambda: years.open_year(firm, 1999, owner, NOW))
    made = years.open_year(firm, 2025, owner, NOW)
    given = {"销售收入": "4000万元"}
    assert "year.source_missing" in refused(
        lambda: years.save_year(made, given, "rumour", officer, NOW)
    )
    years.save_year(made, given, "self", owner, NOW)
    years.submit_year(made, owner, NOW)
    assert "year.handed_in" in refused(lambda: years.save_year(made, given, "self", owner, NOW))


def test_an_application_is_made_once(world, firm):
    owner = world.actor("enterprise")
    applications.apply(firm, "young_eagle", "", owner, NOW)
    assert "application.under_way" in refused(
        lambda: applications.apply(firm, "young_eagle", "", owner, NOW)
    )
    assert Application.objects.count() == 1


def test_a_declared_register_says_who_writes(world):
    given = (REGISTERS[INSTRUMENTS], "record", instrument(world), world.actor("enterprise"), NOW)
    assert "declared.who_writes" in refused(lambda: create(*given))


@pytest.mark.parametrize(
    ("said", "by", "email", "name"),
    [
        ("person.who_manages", "officer", "new@x.example", "新人"),
        ("person.email_taken", "administrator", "officer@x.example", "新人"),
        ("person.name_controls", "administrator", "new@x.example", "新\n人"),
    ],
)
def test_a_person_is_added_by_who_manages_once_and_with_a_plain_name(world, said, by, email, name):
    assert said in refused(lambda: add_person(email, name, None, world.actor(by), NOW))


def test_a_person_of_the_demo_is_of_the_demo_only(world, settings):
    settings.KECHUANG_DEMO = settings.TESTING = False
    assert "person.demo_only" in refused(
        lambda: add_person("d@x.example", "演示", PASSWORD, SYSTEM, NOW, is_demo=True)
    )


def test_a_kept_view_has_a_name(world):
    assert "view.name_missing" in refused(
        lambda: keep_view(world.users["officer"].pk, "firms", " ", "q=1")
    )


# --- the law


@pytest.mark.parametrize(
    ("said", "name", "day", "changed"),
    [
        ("change.no_such_parameter", "没有的参数", DAY, {}),
        ("change.day_missing", "科技人员占比下限", None, {}),
        ("change.document_missing", "科技人员占比下限", DAY, {"document": " "}),
        ("field.too_long", "科技人员占比下限", DAY, {"clause": "条" * 201}),
    ],
)
def test_a_change_of_the_law_names_its_parameter_day_and_document(world, said, name, day, changed):
    officer = world.actor("officer")
    assert said in refused(
        lambda: changes.propose_change("gaoxin-2016", name, day, GIVEN | changed, officer, NOW)
    )


def test_each_conflict_with_the_shipped_books_is_chosen(firms, shipped):
    changes.approve_change(propose(firms), firms.actor("approver"), NOW)
    path = shipped / "national/policies/gaoxin-2016/parameters.yaml"
    text = path.read_text(encoding="utf-8")
    line = next(x for x in text.splitlines() if x.startswith("科技人员占比下限"))
    edit(path, line, line.replace("10%", "11%"))
    officer = firms.actor("officer")
    assert "law.choose" in refused(lambda: law.take_shipped_update({}, officer, NOW, "合并"))


# --- the ledger


def test_a_ledger_that_is_too_short_or_empty_proves_nothing(db):
    assert ledger.verify().words.code == "ledger.empty"
    with ledger.writing():
        ledger.record("x.y.z", subject_kind="x", subject_id=1, label="x", actor=SYSTEM, at=NOW)
    assert ledger.verify(at_least=2).words.code == "ledger.too_few"


@pytest.mark.behind
@pytest.mark.parametrize("said", ["ledger.gap", "ledger.changed"])
def test_a_forged_entry_is_named(world, said):
    before = Entry.objects.last().hash if said == "ledger.changed" else "e" * 64
    plain = {"at": NOW, "day": NOW.date(), "kind": "x", "subject_kind": "x", "subject_id": "1"}
    forged = Entry(**plain, label="x", actor_id=1, actor_label="x", before=before, hash="f" * 64)
    forged.save(force_insert=True)
    proof = ledger.verify()
    assert (proof.words.code, proof.broken_at) == (said, forged.pk)


# --- sheets


def staged(world, kind, *rows, by="officer", **options):
    """What a preview says of a sheet's last row: the codes of its faults and of its notes."""
    batch = imports.upload(kind, "表.xlsx", sheet(*rows), world.actor(by), options)
    worker.drain()
    batch.refresh_from_db()
    assert batch.state == "checked", batch.problem
    row = batch.rows.last()
    return {
        recalled(said).code for said in [*(p["words"] for p in row.problems), *row.notes] if said
    }


CONTRACT = ["合同名称", "合同类别", "卖方信用代码", "买方信用代码", "合同成交额（元）", "签订日期"]


def contract_row(world, buyer=""):
    return [
        "热管理",
        "技术开发",
        world.university.code,
        buyer or world.firm.code,
        "100",
        "2026-05-05",
    ]


def test_a_contracts_sheet_says_what_is_twice_fixed_and_will_be_registered(world):
    row = contract_row(world)
    heads = ["合同登记编号", *CONTRACT, "登记日期"]
    twice = [["TJ-1", *row, "2026-05-06"], ["TJ-1", *row, "2026-05-06"]]
    assert "import.twice" in staged(world, "contracts", heads, *twice)
    stranger = [*contract_row(world, code(77)), "丙有限公司"]
    assert "import.note.will_register" in staged(
        world, "contracts", [*CONTRACT, "买方名称"], stranger
    )
    values = {
        "name": "热管理",
        "kind": "development",
        "seller": world.university,
        "buyer": world.firm,
        "amount_fen": 10_000,
        "technology_fen": None,
        "signed_on": date(2026, 5, 5),
    }
    transfer.record(values, world.actor("broker"), NOW)
    assert "import.fixed_field" in staged(
        world, "contracts", [*CONTRACT, "登记日期"], [*row, "2026-05-06"]
    )


DEMAND = ["需求编号", "需求名称", "问题描述", "企业信用代码"]


def test_an_outsiders_sheet_brings_his_own_records_under_numbers_of_the_house(world):
    own = ["XQ-9", "甲", "乙", world.rival.code]
    assert "import.note.own_number" in staged(world, "demands", DEMAND, own, by="rival")
    others = ["", "甲", "乙", world.firm.code]
    assert "import.not_yours" in staged(world, "demands", DEMAND, others, by="rival")


def test_a_firms_sheet_says_that_it_renames(world):
    row = [world.firm.code, "甲新能源有限公司"]
    assert "import.note.renamed" in staged(world, "firms", ["统一社会信用代码", "企业名称"], row)


def test_a_sheet_of_years_says_what_it_writes_over(world, firm):
    made = years.open_year(firm, 2025, world.actor("enterprise"), NOW)
    years.save_year(made, {"销售收入": "4000万元"}, "self", world.actor("enterprise"), NOW)
    rows = (["统一社会信用代码", "年度", "销售收入"], [firm.organisation.code, "2025", "5000万元"])
    found = staged(world, "firm_years", *rows)
    assert {"import.note.year_draft", "import.note.year_overwrites"} <= found
    rows[1][1] = "1999"
    assert "year.out_of_range" in staged(world, "firm_years", *rows)


@pytest.fixture
def uploaded(world):
    worker.drain()
    rows = (["统一社会信用代码", "企业名称"], [world.firm.code, "甲新能源有限公司"])
    return imports.upload("firms", "表.xlsx", sheet(*rows), world.actor("officer"))


def test_only_the_worker_says_that_a_sheet_is_checked(world, uploaded):
    assert "import.worker_only" in refused(
        lambda: advance(IMPORTS, "check", uploaded, world.actor("officer"), clock.now())
    )


def test_a_command_does_not_wait_for_an_import_that_is_stuck(uploaded):
    Delivery.objects.filter(entry__subject_kind="core.import").update(state="stuck")
    assert "import.stuck" in refused(lambda: inside._carry(uploaded, "uploaded", "检查"))


# --- who may not, and what is missing


@pytest.mark.parametrize(
    ("code", "act"),
    [
        (
            "closing.who",
            lambda w: closings.close_period(
                "technology-contract-turnover", "2026-10", w.actor("enterprise"), NOW
            ),
        ),
        (
            "draft.who",
            lambda w: drafts.read_draft("计划.txt", TEXT.encode(), w.actor("enterprise"), NOW),
        ),
        (
            "organisation.who_keeps",
            lambda w: keep_organisation(code(9), "丙", "enterprise", w.actor("enterprise"), NOW),
        ),
        (
            "organisation.name_missing",
            lambda w: keep_organisation(code(9), " ", "enterprise", SYSTEM, NOW),
        ),
        (
            "organisation.unknown_code",
            lambda w: create(
                REGISTERS["registry.establishment"],
                "establish",
                {"operator": code(99)},
                w.actor("officer"),
                NOW,
            ),
        ),
        (
            "person.no_such_role",
            lambda w: grant(w.users["officer"], w.bureau, "king", SYSTEM, NOW),
        ),
        (
            "task.not_set_up",
            lambda w: tasks.set_duty(
                plan(), 1, "区发展改革委", "lead", "", "", w.actor("officer"), NOW
            ),
        ),
        (
            "task.none_of_number",
            lambda w: milestones.add_milestone(
                plan(), 99, "无", NOW.date(), w.actor("officer"), NOW
            ),
        ),
    ],
)
def test_who_may_not_and_what_is_not_there_is_refused(world, code, act):
    assert code in refused(lambda: act(world))


def test_a_milestone_is_reached_when_it_is_and_has_a_short_title(busy):
    officer = busy.actor("officer")
    late = NOW.date() + timedelta(days=3)
    reach = lambda: milestones.reach_milestone(mark("完成选址"), late, officer, NOW)  # noqa: E731
    assert "milestone.reached_in_future" in refused(reach)
    long = lambda: milestones.add_milestone(plan(), 1, "长" * 300, NOW.date(), officer, NOW)  # noqa: E731
    assert "milestone.title_too_long" in refused(long)


def test_a_year_without_figures_and_a_figure_without_a_name_are_refused(world):
    officer = world.actor("officer")
    firm = keep_firm(world.firm, {}, officer, NOW)
    thing = years.open_year(firm, 2025, officer, NOW)
    assert "year.empty" in refused(lambda: years.submit_year(thing, officer, NOW))
    given = {"无此项": "1"}
    save = lambda: years.save_year(thing, given, "self", officer, NOW, version=thing.version)  # noqa: E731
    assert "year.no_such_fact" in refused(save)
