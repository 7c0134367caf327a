from collections.abc import Collection, Iterable, Iterator

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q, QuerySet

from kechuang.district.core.actor import VISITOR, Actor
from kechuang.engines.base.references import by_name, name_in
from kechuang.engines.text import comparable
from kechuang.engines.text.firm_names import Known

from .models import (
    Contact,
    FormDraft,
    Letter,
    LetterLink,
    Membership,
    Organisation,
    SavedView,
    User,
)
from .roles import STAFF


def actor_of(user: User | None) -> Actor:
    """The actor that a signed-in person is; a visitor otherwise."""
    if user is None or not user.pk or not user.is_active or is_refused(user):
        return VISITOR
    held = list(user.memberships.select_related("organisation"))
    firms = frozenset(m.organisation_id for m in held if m.organisation.kind == "enterprise")
    roles = frozenset(m.role for m in held)
    return Actor(
        user.pk,
        str(user),
        roles - STAFF if firms else roles,  # nobody of an enterprise works for the district too
        frozenset(m.organisation_id for m in held),
        firms,
    )


def is_refused(user: User) -> bool:
    """A demo account has a public password: outside demo mode it is nobody."""
    return user.is_demo and not settings.KECHUANG_DEMO


def verified_address(user: User) -> str:
    """The address that the person has proved to be theirs; "" as long as there is none."""
    found = proved_addresses(user.pk).first()
    return found.email.lower() if found else ""


def proved_addresses(user_id: int) -> QuerySet[EmailAddress]:
    """The address that a person has proved to be theirs, if there is one."""
    found: QuerySet[EmailAddress] = EmailAddress.objects.filter(user_id=user_id)
    return found.filter(verified=True, primary=True)


def person_at(email: str) -> User | None:
    """The active person whose proved address it is."""
    found = User.objects.filter(
        is_active=True, emailaddress__email=email.strip().lower(), emailaddress__verified=True
    )
    return found.first()


def users_with_role(*roles: str) -> QuerySet[User]:
    """Active people who hold one of the roles."""
    return User.objects.filter(is_active=True, memberships__role__in=roles).distinct()


def members_of(organisation_id: int) -> QuerySet[User]:
    """Active people of an organisation."""
    return User.objects.filter(
        is_active=True, memberships__organisation_id=organisation_id
    ).distinct()


def organisations() -> QuerySet[Organisation]:
    return Organisation.objects.all()


def find_organisations(words: str) -> QuerySet[Organisation]:
    """By any words of name, former name or code."""
    found = Organisation.objects.all()
    for word in comparable(words).split():
        found = found.filter(search__contains=word)
    return found


def organisation_by_code(code: str) -> Organisation | None:
    return Organisation.objects.filter(code=code).first() if code else None


def organisations_by_code(codes: Iterable[str]) -> dict[str, Organisation]:
    """Reference (a code, or 无代码：name) → organisation, for many rows at once."""
    wanted = set(codes)
    names = {called for code in wanted if (called := name_in(code))}
    found = {o.code: o for o in Organisation.objects.filter(code__among=wanted - {""})}
    if names:
        named = Organisation.objects.filter(code="", name__in=names)
        found |= {o.reference: o for o in named}
    return found


def named_only() -> QuerySet[Organisation]:
    """Organisations of which only the name is known."""
    return Organisation.objects.filter(code="")


def all_names(only: Collection[int] | None = None) -> Iterator[Known]:
    """Every organisation with its names, for comparing; or only these."""
    rows = Organisation.objects.values_list("code", "name", "former_names")
    rows = rows if only is None else rows.filter(pk__in=only)
    for code, name, former in rows.iterator(chunk_size=2_000):
        yield Known(code or by_name(name), name, tuple(former))


def own_organisations(actor: Actor) -> QuerySet[Organisation]:
    return Organisation.objects.filter(pk__in=actor.organisations)


def inbox(actor: Actor) -> QuerySet[Letter]:
    """The person's letters; the link in a letter to somebody else is never theirs."""
    return Letter.objects.filter(user_id=actor.id) if actor.id > 0 else Letter.objects.none()


def outbox() -> QuerySet[Letter]:
    """All letters, with the links in them."""
    return Letter.objects.select_related("opens", "user")


def letters_in(state: str) -> Q:
    """How far a letter is on its way, as a condition on letters."""
    written = ~Q(email="")
    return {
        "sent": Q(sent_at__isnull=False),
        "failed": written & Q(sent_at=None) & ~Q(failed=""),
        "waiting": written & Q(sent_at=None, failed=""),
        "none": Q(email="", sent_at=None),
    }[state]


def letter_state(letter: Letter) -> str:
    """Beside `letters_in`: the same for one."""
    if letter.sent_at:
        return "sent"
    if not letter.email:
        return "none"
    return "failed" if letter.failed else "waiting"


def letters_to_body(body: str) -> QuerySet[Letter]:
    """What was written to a body's contact, newest first, with what became of the link in it."""
    found = outbox().filter(opens__subject_kind="plan.body", opens__subject_id=body)
    return found.order_by("-id")


def letters_to_bodies() -> dict[str, Letter]:
    """The last letter to each body's contact."""
    found = outbox().filter(opens__subject_kind="plan.body").order_by("id")
    return {letter.opens.subject_id: letter for letter in found if letter.opens}


def letter_links() -> QuerySet[LetterLink]:
    return LetterLink.objects.select_related("user")


PERSON_STATES = {"invited": "待开通", "active": "在用", "disabled": "已停用"}


def people() -> QuerySet[User]:
    return User.objects.prefetch_related("memberships__organisation", "emailaddress_set").order_by(
        "name"
    )


def people_in(state: str) -> Q:
    """Who is in a state, as a condition on people."""
    begun = ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    return {
        "invited": Q(is_active=True) & ~begun,
        "active": Q(is_active=True) & begun,
        "disabled": Q(is_active=False),
    }[state]


def person_state(user: User) -> str:
    """Beside `people_in`: the same for one."""
    if not user.is_active:
        return "disabled"
    return "active" if user.has_usable_password() else "invited"


def contact_of(body: str, purpose: str) -> Contact | None:
    """Whom a body has named for a purpose."""
    return Contact.objects.filter(body=body, purpose=purpose).first()


def contacts(purpose: str) -> QuerySet[Contact]:
    return Contact.objects.filter(purpose=purpose)


def memberships() -> QuerySet[Membership]:
    return Membership.objects.select_related("user", "organisation")


def form_draft(user_id: int, place: str) -> FormDraft | None:
    """What a person began to fill in at a place and did not send."""
    return FormDraft.objects.filter(user_id=user_id, place=place[:120]).first()


def form_drafts(user_id: int) -> QuerySet[FormDraft]:
    """Every form that a person began and did not send, the latest first."""
    return FormDraft.objects.filter(user_id=user_id).order_by("-saved_at")


def saved_views(user_id: int, page: str) -> QuerySet[SavedView]:
    """A person's own views of a list."""
    return SavedView.objects.filter(user_id=user_id, page=page)


def organisations_for(actor: Actor) -> list[Organisation]:
    """Those that a person may choose from in a form: all for who works for the district, else
    their own.
    """
    staff = actor.has(*STAFF) and not actor.firms
    return list(organisations()[:2000] if staff else own_organisations(actor))
