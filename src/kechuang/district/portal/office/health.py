"""What the house lacks, for the administrator: the same list as `kechuang check`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kechuang.district.accounts.services import examine
from kechuang.district.core import clock
from kechuang.district.core.keeping import last_backup
from kechuang.district.core.worker import beats, last_alive
from kechuang.district.portal.requests import for_roles


@for_roles("administrator")
def page(request: HttpRequest) -> HttpResponse:
    """The mail server is not knocked at here: a page must not wait for it."""
    found, known = examine(clock.now()), beats()
    facts = {
        "serious": [f for f in found if f.serious],
        "others": [f for f in found if not f.serious],
        "backup": last_backup(known),
        "worker": last_alive(known),
        "at": clock.now(),
    }
    return render(request, "office/health.html", facts)
