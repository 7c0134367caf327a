"""Traditional characters, made from the simplified pages as they leave the house."""

import re
from collections.abc import Callable
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kechuang.engines.text.normal import to_traditional

_KEEP = frozenset({"textarea", "script", "style", "code", "pre"})
_ATTRIBUTES = frozenset({"title", "alt", "aria-label", "placeholder", "content", "label"})
_HAN = re.compile(r"[\u3400-\u9fff]")


@lru_cache(maxsize=1)
def overrides() -> tuple[tuple[str, str], ...]:
    """Pairs of locale/zh-hant.txt: what opencc writes, what is wanted."""
    path = Path(settings.LOCALE_PATHS[0]) / "zh-hant.txt"
    pairs = [
        line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line
    ]
    return tuple((a.strip(), b.strip()) for a, b in pairs)


@lru_cache(maxsize=20_000)
def traditional(text: str) -> str:
    """Text in traditional characters, with the override list."""
    if not _HAN.search(text):
        return text
    made = to_traditional(text)
    for wrong, right in overrides():
        made = made.replace(wrong, right)
    return made


class _Converter(HTMLParser):
    """Copies a page, converting what is read and leaving what is typed, sent or run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.keep = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        for name, value in attrs:
            if name in _ATTRIBUTES and value and _HAN.search(value) and f'"{value}"' in raw:
                raw = raw.replace(f'"{value}"', f'"{traditional(value)}"')
        self.out.append(raw)
        if tag in _KEEP:
            self.keep += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _KEEP:
            self.keep -= 1

    def handle_endtag(self, tag: str) -> None:
        self.out.append(f"</{tag}>")
        if tag in _KEEP and self.keep:
            self.keep -= 1

    def handle_data(self, data: str) -> None:
        self.out.append(data if self.keep else traditional(data))

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")


def convert_page(html: str) -> str:
    """A whole page in traditional characters."""
    converter = _Converter()
    converter.feed(html)
    converter.close()
    return "".join(converter.out)


class TraditionalMiddleware:
    """Converts HTML answers below /zh-hant/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if request.path_info.startswith("/zh-hant/") and is_page and not response.streaming:
            response.content = convert_page(response.content.decode()).encode()
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response
