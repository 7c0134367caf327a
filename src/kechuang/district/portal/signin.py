"""Sign-in: accounts are made by administrators; too many failures lock for a quarter of an hour.
What allauth writes goes the way of every letter.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import AddEmailForm
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import is_refused, verified_address
from kechuang.district.accounts.services import ask_new_password, ask_proof, write_letter
from kechuang.district.core import clock


class HouseAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by himself: an administrator invites people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Demo accounts do not get in outside demo mode."""
        if is_refused(user):
            words = "演示账号只在演示模式中存在。"
            return render(
                request, "problem.html", {"title": "不能这样做", "words": words}, status=403
            )
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """A link of the house, kept by the row, instead of allauth's own."""
        ask_proof(emailconfirmation.email_address, clock.now())

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Only to an address that was proved: whoever holds another is somebody else."""
        if email.strip().lower() == verified_address(user):
            ask_new_password(user, clock.now())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Whatever else allauth writes."""
        made, now = self.render_mail(template_prefix, email, context), clock.now()
        key = f"{template_prefix.rpartition('/')[2]}-{email}-{now.timestamp()}"
        write_letter(key, made.subject, str(made.body), now, name=email, email=email)


def locked_out(
    request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    words = "密码连续输错太多次，请 15 分钟后再试，或用“忘记密码”收信重设。"
    return render(request, "problem.html", {"title": "暂时锁住了", "words": words}, status=429)


class NewAddress(AddEmailForm):  # type: ignore[misc]
    """Another address waits beside the one in use, proved or not, until its link was opened."""

    def save(self, request: HttpRequest) -> EmailAddress:
        waiting = EmailAddress.objects.filter(user=self.user, verified=False)
        waiting.exclude(email=self.user.email).delete()
        address = EmailAddress.objects.create(user=self.user, email=self.cleaned_data["email"])
        send_verification_email_to_address(request, address)
        return address
