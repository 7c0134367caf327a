"""The one way to hand a file over."""

from urllib.parse import quote

from django.http import HttpResponse

ANY, PDF = "application/octet-stream", "application/pdf"


def download(data: bytes, name: str, kind: str = ANY) -> HttpResponse:
    """A file to keep, under its own name in any script; never stored by a cache on the way."""
    response = HttpResponse(data, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.headers["Cache-Control"] = "no-store"
    return response
