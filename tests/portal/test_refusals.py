"""Refusals that pages say and no other test meets: the sentence stands on the page, and nothing
was written.
"""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kechuang.district.accounts.models import SavedView
from kechuang.district.core import worker
from kechuang.district.core.models import Entry
from kechuang.district.plan.services import drafts
from kechuang.district.portal.office.planning import MOST
from kechuang.engines.base.sayings import Said
from tests.engines.test_plantext import TEXT
from tests.factories import NOW, code, token_of
from tests.portal.test_pages import client_of


def refuses(client, status, words, address, given=None):
    """A page answers with a status and a sentence, and no entry is written."""
    before = Entry.objects.count()
    answer = client.get(address) if given is None else client.post(address, given)
    said = unescape(answer.content.decode())
    assert (answer.status_code, words in said) == (status, True), said[:3000]
    assert Entry.objects.count() == before


PERSON = {"way": "mail", "role": "officer", "code": code(1)}
PAGES = [
    (Said("bulletin.none"), 404, "visitor", "/bulletins/ranks.svg", None),
    (Said("plan.none"), 404, "visitor", "/plan/?plan=nowhere", None),
    (Said("policy.none"), 404, "visitor", "/policies/nothing/", None),
    (Said("page.not_your_duty"), 403, "rival", "/tasks/", None),
    (Said("page.not_your_duty"), 403, "rival", "/figures/", None),
    (
        Said("change.no_such_parameter"),
        404,
        "officer",
        "/policies/gaoxin-2016/change/?parameter=x",
        None,
    ),
    (Said("file.missing", field="sheet"), 422, "officer", "/comparisons/", {"kind": "firms"}),
    (Said("file.missing", field="document"), 422, "officer", "/drafts/", {}),
    (Said("layout.choose"), 422, "officer", "/reports/layouts/", {"layout": "none"}),
    (Said("task.set_up_first"), 422, "officer", "/tasks/1/proof/", {}),
    (Said("view.name_missing"), 422, "officer", "/demands/", {"name": " ", "query": "q=1"}),
    (
        Said("person.name_and_email"),
        422,
        "administrator",
        "/people/invite/",
        {**PERSON, "email": "new@x.example"},
    ),
    (
        Said("person.email_taken"),
        422,
        "administrator",
        "/people/invite/",
        {**PERSON, "email": "officer@x.example", "name": "新人"},
    ),
]


@pytest.mark.parametrize(
    ("words", "status", "by", "address", "given"), PAGES, ids=[f"{p[0].code} {p[3]}" for p in PAGES]
)
def test_a_page_says_why_not(world, words, status, by, address, given):
    refuses(client_of(world, by), status, words, address, given)
    assert not SavedView.objects.exists()


def test_a_file_that_is_too_large_is_not_read(world):
    sheet = SimpleUploadedFile("大.xlsx", b"x" * (MOST + 1))
    words = Said("file.too_large_mb", megabytes=MOST // 1_000_000)
    given = {"kind": "firms", "sheet": sheet}
    refuses(client_of(world, "officer"), 422, words, "/comparisons/", given)


def test_a_draft_that_is_not_saved_is_no_book(world):
    made = drafts.read_draft("规划.txt", TEXT.encode(), world.actor("officer"), NOW)
    address = reverse("draft-book", args=[made.pk])
    refuses(client_of(world, "officer"), 404, Said("draft.not_saved"), address)


def test_an_answer_to_an_invitation_is_one_of_those_asked_for(world):
    made = world.introduction(world.demand(), world.achievement())
    worker.drain()
    address = reverse("answer", args=[token_of(made.invitations.first())])
    words = Said("invitation.answer_missing")
    client_of(world, "visitor").get(address)  # that it was opened is told once
    refuses(client_of(world, "visitor"), 422, words, address, {"what": "perhaps"})


def test_an_introduction_under_way_is_not_begun_again_on_its_page(world):
    made = world.introduction(world.demand(), world.achievement())
    address = reverse("introduce", args=[made.demand_id, made.achievement_id])
    given = {
        "message": "想介绍双方认识",
        "side": ["firm", "owner"],
        "name": ["赵一", "钱二"],
        "email": ["zhao@x.example", "qian@x.example"],
    }
    refuses(client_of(world, "broker"), 422, Said("introduction.under_way"), address, given)
