"""The page behind the search box, and the part of it that the palette shows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kechuang.district.portal.requests import actor_in
from kechuang.district.portal.search import LONGEST, find

_ON_PAGE, _IN_PALETTE = 8, 4


@never_cache
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What holds all words; ``part`` asks for the palette's list alone."""
    words = request.GET.get("q", "")[:LONGEST].strip()
    if "part" in request.GET:
        found = find(actor_in(request), words, _IN_PALETTE)
        return render(request, "components/found.html", {"found": found})
    found = find(actor_in(request), words, _ON_PAGE)
    facts = {"asked": words, "found": found, "total": sum(f.count for f in found)}
    return render(request, "public/search.html", facts)
