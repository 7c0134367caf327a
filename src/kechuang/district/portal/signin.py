"""Sign-in: accounts are made by administrators; too many failures lock for a quarter of an hour."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import is_refused


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by himself: an administrator adds people."""

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


def locked_out(
    request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    words = "密码连续输错太多次，请 15 分钟后再试，或请管理员帮您重设密码。"
    return render(request, "problem.html", {"title": "暂时锁住了", "words": words}, status=429)
