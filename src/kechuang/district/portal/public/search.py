"""The page behind the search box, and the part of it that the palette shows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kechuang.district.portal.finding import LONGEST
from kechuang.district.portal.requests import actor_in
from kechuang.district.portal.search import answer

_ON_PAGE, _IN_PALETTE = 8, 4


@never_cache
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What answers a question; ``part`` asks for the palette's list alone."""
    words = request.GET.get("q", "")[:LONGEST].strip()
    if "part" in request.GET:
        told = answer(actor_in(request), words, _IN_PALETTE, typing=True)
        return render(request, "components/found.html", {"found": told.found})
    told = answer(actor_in(request), words, _ON_PAGE)
    facts = {
        "asked": words,
        "found": told.found,
        "total": sum(f.count for f in told.found),
        "simply": told.simply,
        "partly": told.partly,
        "proposals": told.proposals,
    }
    return render(request, "public/search.html", facts)
