"""What a demand asks, taken out of what it tells: without praise of the firm, in its parts, need by
need.

A firm tells where it lies, what it won and what it makes before it says what hurts; sometimes it
asks two things in one letter. Looking for the whole text finds firms like it. What is looked for is
the rest.
"""

import re
from dataclasses import dataclass

from kechuang.engines.text import aligned

from .quantities import Figure, figures

_PRAISE = re.compile(
    "荣获|获评|获奖|称号|坐落|前身|始建|创建于|成立于|锐意|艰苦|龙头企业|有口皆碑|信赖|远销|董事长|总经理|"
    "厂长|党支部|员工平均|环境优美|占地|资质|专利[0-9]|软著|小巨人|认证|销售额|职工[0-9]|综合性|践行|理念|"
    "热心公益|奖|注册资本|上市公司|高新技术企业|口碑|欢迎.{0,6}(?:联系|洽谈)|(?:请|可)与.{0,12}联系|面议|待遇"
)
_WISH = re.compile(
    "希望|想|求|需|要求|寻|能否|怎么|怎样|如何|最好|目标|指标|务必|必须|应当|拟|打算|愿意|能用|好定|以便"
)
_TROUBLE = re.compile(
    "不|难|差|慢|坏|断|漏|裂|超标|误差|返工|返修|投诉|太|偏高|偏低|损|卡顿|问题|没有|缺|怕|担心|麻烦|吃力|反复|"
    "毛病|跟不上|失效|报废|污染|堵|浪费"
)
_SENTENCE = re.compile(r"[^。；！？;!?\n]+[。；！？;!?\n]*")
_NEXT_PART = re.compile(
    r"(?:^|(?<=[。；！？，,;!?\s]))(?:另外|此外|另有|另求|顺便|順便|同时还|同時還|另(?=[：:，,、]))[：:，,、]?"
)
_EDGE = " ，,。；;：:、\n"
LEAST = 8  # characters from which a part or sentence says something of its own


@dataclass(frozen=True)
class Sentence:
    """A piece of a text with the place where it stands."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The place after its last character."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Need:
    """One thing that a demand asks for.

    ``kind``: trouble (what hurts), wish (what is wanted), figure (a wish with a number) or title.
    """

    text: str
    start: int
    kind: str
    figures: tuple[Figure, ...] = ()


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text, very short ones joined to the one before."""
    found: list[Sentence] = []
    for hit in _SENTENCE.finditer(text.replace("．", "。")):
        piece = _trimmed(hit.group(), hit.start())
        if piece is None:
            continue
        if found and len(piece.text) < LEAST and piece.start - found[-1].end <= 2:
            found[-1] = Sentence(text[found[-1].start : piece.end], found[-1].start)
        else:
            found.append(piece)
    return found


def _trimmed(text: str, start: int) -> Sentence | None:
    lead = len(text) - len(text.lstrip(_EDGE))
    core = text.strip(_EDGE)
    return Sentence(core, start + lead) if core else None


def _is_praise(text: str, of: int) -> bool:
    """Whether a sentence praises the firm: twice, or once without a wish or a trouble."""
    if of < 3:
        return False
    plain = aligned(text)
    praise = len(_PRAISE.findall(plain))
    return praise >= 2 or (praise == 1 and not _WISH.search(plain) and not _TROUBLE.search(plain))


def told(text: str) -> list[Sentence]:
    """The sentences that say something of the trouble or the wish; all, where none is praise."""
    found = sentences(text)
    kept = [s for s in found if not _is_praise(s.text, len(found))]
    return kept or found


def parts(title: str, text: str) -> list[str]:
    """The texts to look for: the first with the title, one more for each "另外 …".

    >>> parts("增透膜不耐擦", "一擦就花，求结实的膜。另外，纯水机的RO膜半年就结垢，求药剂。")
    ['增透膜不耐擦。一擦就花，求结实的膜', '纯水机的RO膜半年就结垢，求药剂']
    """
    body = "。".join(s.text for s in told(text))
    pieces = [p.strip(_EDGE) for p in _NEXT_PART.split(body)]
    pieces = [p for p in pieces if len(p) >= LEAST]
    first = pieces[0] if pieces else ""
    if first == title.strip(_EDGE):
        first = ""
    main = "。".join(p for p in (title.strip(), first) if p)
    return [p for p in (main, *pieces[1:]) if p]


def needs(title: str, text: str) -> list[Need]:
    """What a demand asks for, in the order of its text; its title where the text names nothing.

    A sentence with figures is taken apart at its commas, so that each figure is a need of its own.
    """
    found: list[Need] = []
    for sentence in told(text):
        for piece in _pieces(sentence):
            kind = _kind(piece)
            if kind:
                found.append(Need(piece.text, piece.start, kind, tuple(figures(piece.text))))
    return found or [Need(title.strip() or text.strip()[:60], 0, "title", tuple(figures(title)))]


def _kind(piece: Sentence) -> str:
    plain = aligned(piece.text)
    if any(f.bound in ("least", "most") for f in figures(piece.text)):
        return "figure"
    if _WISH.search(plain):
        return "wish"
    return "trouble" if _TROUBLE.search(plain) else ""


def _pieces(sentence: Sentence) -> list[Sentence]:
    """A sentence, or its clauses where more than one asks for a figure."""
    if len(figures(sentence.text)) < 2:
        return [sentence]
    found: list[Sentence] = []
    for hit in re.finditer(r"[^，,]+", sentence.text):
        piece = _trimmed(hit.group(), sentence.start + hit.start())
        if piece is None:
            continue
        bare = not figures(piece.text) or len(piece.text) < LEAST
        if found and bare:
            start = found[-1].start
            joined = sentence.text[start - sentence.start : piece.end - sentence.start]
            found[-1] = Sentence(joined, start)
        else:
            found.append(piece)
    return found
