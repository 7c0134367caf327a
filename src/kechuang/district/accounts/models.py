from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractUser
from django.db import models

from kechuang.district.core import links
from kechuang.district.core.held import beside, excused, holds
from kechuang.engines.base.references import by_name

from .roles import ROLES


@dataclass(frozen=True)
class Purpose:
    """What a link in a letter is for.

    ``path`` holds its token, ``days`` is how long it opens, ``once`` whether using it ends it,
    ``personal`` whether it leads into an account (and is nobody else's to see or to pass on).
    """

    label: str
    path: str
    days: int
    once: bool = False
    personal: bool = False


PURPOSES: dict[str, Purpose] = {
    "invitation": Purpose("开通账号", "/start/{}/", 14, once=True, personal=True),
    "slip": Purpose("开通账号（纸条）", "/start/{}/", 14, once=True, personal=True),
    "password": Purpose("重设密码", "/start/{}/", 1, once=True, personal=True),
    "address": Purpose("确认邮箱", "/address/{}/", 3, once=True, personal=True),
    "introduction": Purpose("回答对接", "/answer/{}/", 60),
    "return": Purpose("任务填报", "/return/{}/", 45),
}

ORGANISATION_KINDS = [
    ("enterprise", "企业"),
    ("university", "高校"),
    ("institute", "科研院所"),
    ("agency", "服务机构"),
    ("bureau", "政府部门"),
    ("centre", "运营中心"),
]


@holds("accounts.person", unkept=("password", "last_login", "last_seen_on"))
class User(AbstractUser):
    """A person who signs in, by e-mail address. ``name`` is how others see them."""

    name = models.CharField(max_length=80)
    email = models.EmailField(unique=True)
    is_demo = models.BooleanField(default=False)
    last_seen_on = models.DateField(null=True, editable=False)

    def __str__(self) -> str:
        return self.name or self.email


# an address that nobody has proved yet comes and goes, and says nothing
beside(User, {"user_id": "id"}, only={"verified": True})(EmailAddress)


@holds("accounts.organisation", unkept=("search",))
class Organisation(models.Model):
    """Anything with a unified social credit code, checked; joined by it and never by name.

    Of some an official list told the name only: they have no code until a person links them.
    """

    code = models.CharField(max_length=18, blank=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=ORGANISATION_KINDS)
    former_names = models.JSONField(default=list, blank=True)
    search = models.TextField(editable=False)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["name"], name="organisation_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~models.Q(code=""), name="one_organisation_a_code"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(code=""), name="one_organisation_by_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """How a sheet refers to it: its code, or its name where no code is known."""
        return self.code or by_name(self.name)


@beside(User, {"user_id": "id"})
class Membership(models.Model):
    """A person's role in an organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(max_length=16, choices=[(r.code, r.label) for r in ROLES.values()])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role"], name="one_role_once")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {ROLES[self.role].label}"


@holds("accounts.link", unkept=("opened", "last_opened_at"))
class LetterLink(models.Model):
    """A link in a letter, or a code on a printed slip: of one addressee, for one purpose.

    It opens until it expires, is used up or is withdrawn. What it opens is ``subject_kind`` and
    ``subject_id``; what is needed to open it stands nowhere (see core.links).
    """

    purpose = models.CharField(
        max_length=12, choices=[(code, p.label) for code, p in PURPOSES.items()]
    )
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=160)
    nonce = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["purpose", "subject_id"])]

    def __str__(self) -> str:
        return f"{PURPOSES[self.purpose].label} · {self.name}"

    @property
    def token(self) -> str:
        return links.token_of(self.purpose, self.pk, self.nonce, short=self.is_slip)

    @property
    def path(self) -> str:
        return PURPOSES[self.purpose].path.format(self.token)

    @property
    def is_slip(self) -> bool:
        return self.purpose == "slip"


@holds("accounts.letter", unkept=("read_at", "sent_at", "failed"))
class Letter(models.Model):
    """A message to a person: in the inbox when they sign in here, by e-mail in any case.

    ``link`` is a page of ours for who signs in; ``opens`` a link that needs no password.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="letters")
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    opens = models.ForeignKey(
        LetterLink, null=True, on_delete=models.PROTECT, related_name="letters"
    )
    key = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject

    @property
    def path(self) -> str:
        """Where it leads, "" for nowhere."""
        return self.opens.path if self.opens else self.link


@holds("accounts.contact")
class Contact(models.Model):
    """Whom a body has named for a purpose: one person or post, kept once."""

    body = models.CharField(max_length=120)
    purpose = models.CharField(max_length=12)
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)

    class Meta:
        ordering = ["body", "purpose"]
        constraints = [
            models.UniqueConstraint(
                fields=["body", "purpose"], name="one_contact_a_body_and_purpose"
            )
        ]

    def __str__(self) -> str:
        return f"{self.body} · {self.name}"


@excused("half-filled forms: nobody's record yet")
class FormDraft(models.Model):
    """A form that somebody began and will go on with: ``place`` says which, ``values`` what was
    typed (url-encoded).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=120)
    values = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "place"], name="one_draft_a_form_and_person")
        ]

    def __str__(self) -> str:
        return self.place


@excused("how somebody likes to look at a list")
class SavedView(models.Model):
    """A list as somebody looks at it again and again: search, filters and order under a name."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"], name="one_view_a_name_and_person"
            )
        ]

    def __str__(self) -> str:
        return self.name
