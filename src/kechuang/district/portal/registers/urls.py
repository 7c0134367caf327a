"""The addresses of all registers, made from their declarations."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from kechuang.district.core.registers import REGISTERS, Register
from kechuang.district.portal.requests import View, signed_in

from . import lists, pages

Page = Callable[..., HttpResponse]


def patterns() -> list[URLPattern]:
    """/<slug>/, /<slug>/new/<step>/, /<slug>/<pk>/, /<slug>/<pk>/steps/<step>/ of every register."""
    return [p for register in REGISTERS.values() for p in _of(register)]


def _of(register: Register[Any]) -> list[URLPattern]:
    slug = register.slug
    return [
        path(f"{slug}/", _bound(register, lists.listed), name=slug),
        path(f"{slug}/new/<slug:name>/", _bound(register, pages.new), name=f"{slug}-new"),
        path(f"{slug}/<int:pk>/", _bound(register, pages.page), name=f"{slug}-record"),
        path(
            f"{slug}/<int:pk>/files/<slug:name>/",
            _bound(register, pages.file_of),
            name=f"{slug}-file",
        ),
        path(
            f"{slug}/<int:pk>/steps/<slug:name>/",
            _bound(register, pages.step_of),
            name=f"{slug}-step",
        ),
    ]


def _bound(register: Register[Any], view: Page) -> View:
    """A view of one register; who is not signed in is sent to sign in where the register is not
    public.
    """

    def bound(request: HttpRequest, **given: Any) -> HttpResponse:
        return view(request, register, **given)

    return bound if register.public else signed_in(bound)
