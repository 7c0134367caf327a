"""A text as lines with offsets, folded to half width and simplified characters without moving any
offset.
"""

import re
import unicodedata
from dataclasses import dataclass

from kechuang.engines.text import to_simplified

from .schemas import Noise

_FOLD = {
    "《": "《",
    "》": "》",
    "，": ",",
    "；": ";",
    "：": ":",
    "（": "(",
    "）": ")",
    "．": ".",
    "－": "-",
    "〔": "〔",
    "〕": "〕",
    "—": "—",
    "–": "-",
    "～": "-",
    "~": "-",
    "。": "。",
    "％": "%",
    "﹪": "%",
}
PLANNISH = r"(?:计划|规划|方案|措施|意见|办法|纲要|行动|政策|通知|要点|决定|规定|细则|若干条|工程|解读|说明|图解|问答)"
_NAVIGATION = re.compile(
    r"^(?:.{0,12}[>›»](?!\s*\d).{0,40}|(?:您?(?:现在|当前)的?)?(?:所在)?位置\s*:?.*|首页.{0,40}|.{0,6}(?:无障碍|长者|关怀版).{0,10}"
    r"|简体.{0,10}|繁[体體].{0,10}|分享(?:到|至).{0,20}|(?:新媒体|政务)(?:矩阵|邮箱).{0,12}|返回(?:顶部|首页|列表).{0,10}"
    r"|(?:打印|关闭|收藏|纠错|下载|朗读|复制)(?:本页|此页|窗口|页面|链接|正文)?(?:[\s|·/]*(?:打印|关闭|收藏|纠错|下载|朗读|复制)(?:本页|此页|窗口|页面)?)*"
    r"|[\[【(]?\s*(?:打印|关闭|字体|字号|大|中|小).{0,24}[\]】)]?|字体?(?:大小|号)?\s*[:：]?.{0,16}|【?字[体号].{0,20}"
    r"|(?:上|下)一[篇条页].{0,60}|(?:相关|延伸)(?:链接|阅读|文章|解读|文件|新闻).{0,20}|(?:主办|承办|技术支持|版权所有|版权归).{0,60}"
    r"|.{0,20}ICP备.{0,30}|.{0,10}公网安备.{0,30}|网站(?:地图|标识码|声明|首页).{0,40}|联系我们.{0,20}|关于我们.{0,20}|扫一扫.{0,20}|.{0,12}扫码.{0,12}"
    r"|(?:浏览|阅读|访问|点击)(?:次数|量|数)\s*:?.{0,12}|责任编辑\s*:?.{0,12}|(?:微信|微博|QQ空间|手机版|客户端|搜索|登录|注册|English)(?:[\s|·]*(?:微信|微博|QQ空间|手机版|客户端|搜索|登录|注册|English))*"
    r"|.{0,8}政府信息公开(?:指南|制度|年报|目录).{0,30}|[|·\-=_*#\s]{2,})$"
)
_FOREIGN = re.compile(
    r"体育|娱乐|彩票|棋牌|博彩|投注|赌|官网|下载|注册|登录|APP|app|平台|手机版|网址|入口|直播|威尼斯|皇冠|开户|游戏|真人|电竞|赛车|bet|casino|VIP|客户端"
)
_UNREADABLE = re.compile(r"[?？]{4,}|[\ufffd]{2,}|锟斤拷(?:锟斤拷)*|(?:烫){3,}")


@dataclass(frozen=True)
class Line:
    """One line: ``text`` is folded and as long as the original between ``start`` and ``end``."""

    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Half width and simplified, character by character, so that offsets stay."""
    simple = to_simplified(text)
    if len(simple) != len(text):
        simple = text
    return "".join(_fold(c) for c in simple)


def _fold(c: str) -> str:
    if c in _FOLD:
        return _FOLD[c]
    if c in "\u3000\u00a0\t\ufeff":
        return "\t" if c == "\t" else " "
    plain = unicodedata.normalize("NFKC", c)
    return plain if len(plain) == 1 and not ("①" <= c <= "⑳") else c


def split_lines(folded: str) -> list[Line]:
    """Lines that hold something; blanks around them are left out of the span."""
    lines = []
    for found in re.finditer(r"[^\n]+", folded):
        text = found[0]
        left, right = len(text) - len(text.lstrip()), len(text.rstrip())
        if right > left:
            lines.append(Line(text[left:right], found.start() + left, found.start() + right))
    return lines


def part_noise(lines: list[Line], text: str) -> tuple[list[Line], list[Noise]]:
    """Lines of the document, and what is of the page around it. Nothing is dropped unsaid."""
    noise: list[Noise] = []
    kept: list[Line] = []
    for number, line in enumerate(lines):
        if kind := _noise_kind(line, number, lines):
            noise.append(_noise(line.start, line.end, text, kind))
            continue
        kept += _cut_unreadable(line, text, noise)
    kept, frame = _cut_frame(kept, text)
    return kept, sorted([*noise, *frame], key=lambda n: n.span)


def _noise(start: int, end: int, text: str, kind: str) -> Noise:
    return Noise(text[start:end], (start, end), kind)


_CONTENTS = re.compile(
    r"^(?:目\s*录|(?:第?[一二三四五六七八九十]+[章节篇、]|\([一二三四五六七八九十]+\)).{2,40}(?:[.…·]{3,}|\t)\s*\d{1,3}|第[一二三四五六七八九十]+[章节篇].{0,40}[\s.…·\t]+[-—]?\s*\d{1,3}\s*[-—]?|[-—]\s*\d{1,3}\s*[-—])$"
)


def _noise_kind(line: Line, number: int, lines: list[Line]) -> str:
    if (
        _NAVIGATION.match(line.text)
        and not line.text.endswith("。")
        and not re.match(r"^[一二三四五六七八九十(\d]", line.text)
    ):
        return "navigation"
    if re.search(r"\.(?:docx?|pdf|xlsx?|wps|rar|zip)$", line.text):
        return "navigation"
    if _CONTENTS.match(line.text):
        return "contents"
    if number < 3 and _is_foreign(line.text, lines[number + 1 :]):
        return "foreign"
    return ""


def _is_foreign(text: str, rest: list[Line]) -> bool:
    """A first line that has nothing to do with what follows: somebody else's site title."""
    if (
        len(text) > 60
        or re.search(r"[。;\t]|^(?:第?[一二三四五六七八九十]+[、章]|\d+[.、])", text)
        or re.search(r"《|〔|政府|(?<!娱乐)局$|委员会|办公室", text)
    ):
        return False
    if _FOREIGN.search(text) and not re.search(PLANNISH, text):
        return True
    if re.search(PLANNISH, text) or len(text) > 24:
        return False
    pieces = {text[i : i + 2] for i in range(len(text) - 1)} - {"科技", "创新"}
    body = "".join(line.text for line in rest)
    return bool(pieces) and sum(p in body for p in pieces) < 0.34 * len(pieces)


def _cut_unreadable(line: Line, text: str, noise: list[Noise]) -> list[Line]:
    parts, at = [], 0
    for found in _UNREADABLE.finditer(line.text):
        noise.append(
            _noise(line.start + found.start(), line.start + found.end(), text, "unreadable")
        )
        parts.append((at, found.start()))
        at = found.end()
    parts.append((at, len(line.text)))
    kept = []
    for start, end in parts:
        piece = line.text[start:end]
        left = len(piece) - len(piece.lstrip())
        if piece.strip():
            begin = start + left
            kept.append(
                Line(piece.strip(), line.start + begin, line.start + begin + len(piece.strip()))
            )
    return kept


_META = re.compile(
    r"^(?:来源|发布(?:时间|日期|机构|单位)|发文(?:字号|机关|日期)|成文日期|索引号|文号|信息来源|作者|主题分类|有效性|时间|日期|标题|名称|公开类别|发文单位)\s*:?"
)


# Who speaks, in the minutes of a press conference: 梁某某: alone on its line, or 主持人: with a name
# after it.
_SPEAKER = re.compile(
    r"^(?:[\u4e00-\u9fff]{1,3}(?:某某|局长|主任|处长|副局长|副市长|部长)|主持人|发布人|新闻发言人|(?:地点|主持人?|发布人|出席人?):.{1,120}):?$"
)


def is_meta(text: str) -> bool:
    """A line that says where the document comes from or who speaks: kept, and read for dates and
    issuer.
    """
    return bool(_META.match(text) or _SPEAKER.match(text))


def _cut_frame(lines: list[Line], text: str) -> tuple[list[Line], list[Noise]]:
    """Short lines before the first that could be of the document, and after the last."""
    first = next((n for n, line in enumerate(lines) if _is_of_document(line.text)), 0)
    last = max(
        (n for n, line in enumerate(lines) if _ends_document(line.text)), default=len(lines) - 1
    )
    outside = [*lines[:first], *lines[last + 1 :]]
    if len(outside) > 12 + len(lines) // 3:
        return lines, []
    noise = [_noise(line.start, line.end, text, "navigation") for line in outside]
    return lines[first : last + 1], noise


def _is_of_document(text: str) -> bool:
    return (
        bool(
            re.search(
                PLANNISH + r"|〔|。|[一二三四五六七八九十]、|\d+年|关于印发|^【|问[】:]", text
            )
        )
        or is_meta(text)
        or len(text) > 30
    )


def _ends_document(text: str) -> bool:
    return bool(
        re.search(r"[。;]$|\d{4}年\d{1,2}月(?:\d{1,2}日)?|〔\d{4}〕|\t|^附件", text)
        or re.match(
            r"^(?:第?[一二三四五六七八九十]+[、章是]|\([一二三四五六七八九十\d]+\)|\d+[.、]|——)",
            text,
        )
        or re.search(r"[。;].", text)
        or re.search(r"(?:人民政府|办公室|局|委员会|管委会)$", text)
        or re.match(r"^[★▶●■◆【]", text)
    )


_FIGURE_ALONE = re.compile(
    r"^(?:约|近|超过?|突破|不低于|不少于|达到|新增|力争|实现|控制在|≥|≤|>|<)*\s*\d[\d,.]*\s*[\u4e00-\u9fff%/]{0,6}?(?:以上|左右|以内|以下)?$"
)
_NAME_ALONE = re.compile(r"^[\u4e00-\u9fffA-Za-z&“”()、]{4,28}$")


def pair_figures(lines: list[Line], folded: str) -> list[Line]:
    """A name and, on the next line, its figure: what a picture's text gives.

    They are one line again.
    """
    out: list[Line] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        after = lines[place + 1] if place + 1 < len(lines) else None
        if (
            after
            and re.fullmatch(r"(?:PART|Part)?\s*0?\d", line.text)
            and re.fullmatch(r"[^。;,:\d][^。;,:]{2,23}", after.text)
        ):
            text = folded[line.start : after.end].replace("\n", " ")  # 02 above 总体目标: a heading
            out.append(Line(text, line.start, after.end))
            place += 2
            continue
        if (
            after
            and _NAME_ALONE.match(line.text)
            and _FIGURE_ALONE.match(after.text)
            and not re.search(r"\d{4}年", after.text)
        ):
            text = folded[line.start : after.end].replace("\n", " ")
            out.append(Line(text, line.start, after.end))
            place += 2
            continue
        out.append(line)
        place += 1
    return out
