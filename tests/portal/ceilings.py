"""How often a page may ask the database: a table of pages and roles, and one number."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kechuang.district.accounts.models import User
from kechuang.district.core import books, search
from kechuang.district.core.models import ImportBatch
from kechuang.district.core.registers import REGISTERS
from kechuang.district.market.models import Demand
from kechuang.district.registry.models import Firm, FirmYear

MOST = 12
ROLES = (
    "visitor",
    "officer",
    "approver",
    "broker",
    "enterprise",
    "researcher",
    "reviewer",
    "auditor",
    "admin",
)
PAGES = (
    "/",
    "/workspace/",
    "/plan/",
    "/plan/?year=2022",
    "/plan/?plan=jinnan-2020-2022",
    "/plan/targets/technology-contract-turnover/",
    "/plan/targets/technology-contract-turnover/?year=2022",
    "/plan/targets/high-tech-enterprises/?plan=jinnan-2020-2022",
    "/search/?q=电池",
    "/search/?q=2",
    "/firms/",
    "/ladder/",
    "/tasks/",
    "/returns/",
    "/introductions/",
    "/applications/",
    "/inbox/",
    "/imports/",
    "/health/",
    "/reports/",
    "/reports/brief/2026-10/",
    "/doubts/",
    "/drafts/",
    "/outbox/",
    "/people/",
    "/ledger/",
    "/comparisons/",
    "/contacts/",
    "/letters/",
)


def pages():
    """The table's pages, every register's list and search, and a record of each."""
    firm = FirmYear.objects.order_by("pk").values_list("firm_id", flat=True).first()
    demand = Demand.objects.filter(state="published").order_by("pk").first()
    found = [*PAGES, f"/firms/{firm or Firm.objects.first().pk}/", f"/demands/{demand.pk}/matches/"]
    found += [f"/imports/{b.pk}/" for b in ImportBatch.objects.order_by("pk")[:4]]
    for register in REGISTERS.values():
        found += [f"/{register.slug}/", f"/{register.slug}/?q=膜"]
        if thing := register.model.objects.order_by("pk").last():
            found.append(f"/{register.slug}/{thing.pk}/")
    return found


def client_of(role):
    client = Client()
    if role != "visitor":
        user = User.objects.get(email=f"{role}@demo.example")
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def above(monkeypatch):
    """(page, role, queries) of every page of the table that asks more often; and how many were
    looked at.
    """
    monkeypatch.setattr(books, "_LOOK_AGAIN", 3600)  # which law holds is asked by the clock
    books.forget()
    books.current_book()
    search.rebuild()  # a list that is searched is told by the index
    found, looked = [], 0
    for role in ROLES:
        client = client_of(role)
        client.get("/workspace/")  # the first page of a day notes the visit
        for page in pages():
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(page)
            if answer.status_code == 200:
                looked += 1
                if len(asked) > MOST:
                    found.append((page, role, len(asked)))
    return found, looked
