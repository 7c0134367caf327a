"""The only place where refusals become pages."""

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render

from kechuang.engines.base.errors import DomainError, NotFound, TooMany

from .held import hold

TITLES = {403: "不能这样做", 404: "没有找到", 409: "情况有变", 422: "请改一改", 429: "请稍等"}


def as_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A refusal as a page that says what to do."""
    facts = {
        "title": TITLES.get(error.status, "没有成功"),
        "words": error.words,
        "code": error.code,
        "typed": _typed(request),
    }
    response = render(request, "problem.html", facts, status=error.status)
    return wait_told(response, error)


def wait_told(response: HttpResponse, error: DomainError) -> HttpResponse:
    """A refusal that passes says for a program, too, how long it lasts."""
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.facts["seconds"])
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return as_page(request, NotFound("page.none"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(
        request,
        "problem.html",
        {"title": TITLES[403], "words": "您没有这项权限。需要时请联系管理员。"},
        status=403,
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return HttpResponseForbidden(
        render(
            request,
            "problem.html",
            {
                "title": "页面过期了",
                "words": "没有写入任何内容。请重新打开那一页（必要时先登录），再把下面您填的内容抄过去。",
                "typed": _typed(request),
            },
        )
    )


def signed_out(request: HttpRequest) -> HttpResponse:
    """Somebody submits after the session ended: what was typed is held, and stands in its form
    again once they have signed in.
    """
    facts = {
        "title": "登录已过期",
        "words": "没有写入任何内容。您填的已经留下：重新登录就回到这张表，接着填、再提交。",
        "typed": _typed(request),
        "sign_in": hold(request),
    }
    return render(request, "problem.html", facts, status=401)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """(field, text) that a person typed into the form that was refused."""
    if request.method != "POST":
        return []
    carried = {"csrfmiddlewaretoken", "key", "version", "seen", "then", "keep", "next"}
    return [
        (name, "、".join(texts))
        for name, texts in request.POST.lists()
        if name not in carried and "password" not in name and any(t.strip() for t in texts)
    ]


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed inside; nothing of it is told to the reader."""
    words = "系统出了问题，没有写入任何内容。请稍后再试；如果一直这样，请告诉管理员您刚才做了什么。"
    return render(request, "problem.html", {"title": "出错了", "words": words}, status=500)
