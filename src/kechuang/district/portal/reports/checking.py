"""Last year's file beside the same return written now, place by place."""

from kechuang.book.layout_files import places_of
from kechuang.book.schemas import ReturnLayout

Difference = tuple[str, str, str, bool]


def differences(layout: ReturnLayout, ours: bytes, theirs: bytes, name: str) -> list[Difference]:
    """(place, last year's file, ours, whether it belongs to the layout) wherever the two differ.

    A layout is right when only data differ: every place above the first row agrees.

    Raises:
        Invalid: The file is not of the layout's kind, or broken.
    """
    a, b = places_of(layout, theirs, name), places_of(layout, ours, f"ours.{layout.kind}")
    blank = ("", True)
    return [
        (p, a.get(p, blank)[0], b.get(p, blank)[0], (a.get(p) or b.get(p) or blank)[1])
        for p in [*a, *(p for p in b if p not in a)]
        if a.get(p, blank)[0] != b.get(p, blank)[0]
    ]
