"""Titles, numbers, dates, issuers and the bodies, places, funds and platforms that a text names."""

import re

from .lines import PLANNISH, Line, is_meta
from .schemas import Document, NamedBody, Span

_NUMBER = re.compile(
    r"(?P<word>[\u4e00-\u9fff]{2,14}?)\s*[〔\[(【]\s*(?P<year>(?:19|20)\d\d)\s*[〕\])】]\s*(?:第)?\s*(?P<no>\d{1,4})\s*号"
)
_DAY = re.compile(r"(?P<y>20\d\d)\s*[年\-/.]\s*(?P<m>\d{1,2})\s*[月\-/.]\s*(?P<d>\d{1,2})\s*日?")
_CN_DAY = re.compile(
    r"二[〇○零O0]([〇○零一二三四五六七八九O0])([〇○零一二三四五六七八九])年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_PERIOD = re.compile(r"(?P<a>20\d\d)\s*年?\s*(?:[-—–至~到]+)\s*(?P<b>20\d\d)\s*年?")
_FIVE = {
    "十二五": (2011, 2015),
    "十三五": (2016, 2020),
    "十四五": (2021, 2025),
    "十五五": (2026, 2030),
}
_ISSUER = re.compile(
    r"(?:来源|作者|发文机关|发布机构|发布单位|发文单位|信息来源|制定机关)\s*:?\s*(?P<name>[\u4e00-\u9fff()]{2,30})"
)
_GOVERNMENT = re.compile(
    r"(?P<name>(?:中共)?[\u4e00-\u9fff]{2,14}(?:人民政府办公室|人民政府办公厅|人民政府|管理委员会|委员会|科学技术局|科技局|办公室|办公厅))(?=关于|印发|$)"
)
_PRINTED = re.compile(
    r"(?:^|[,。:;日,前号]|经|由|我|以)(?P<name>(?:[\u4e00-\u9fff]{2,12}(?:人民政府办公[室厅]|人民政府|管委会|管理委员会|委员会|科学技术局|科技局)|[\u4e00-\u9fff]{0,8}[省市区县](?:政府|委)(?:办公[室厅])?))(?:正式|联合|日前|近日)*(?:名义)?(?:正式|联合|日前|近日)*印发"
)
_TITLE_BOOK = re.compile(r"《((?:[^《》]|《[^《》]*》){4,120})》")
KINDS = (
    ("university", "大学|学院(?!路)"),
    ("laboratory", "实验室"),
    ("institute", "研究院|研究所|科学院|设计院"),
    ("fund", "基金"),
    ("facility", "研究设施|基础设施|大科学装置|超算中心"),
    (
        "park",
        "科技园|产业园|创业园|教育园区|工业园区?|高新区|开发区|孵化器|众创空间|科创园|聚集区|示范区|自贸区|新区(?!域)",
    ),
    (
        "platform",
        "创新中心|研究中心|技术中心|运营中心|服务中心|转移中心|交易中心|中试基地|创新平台|资源库|技术市场",
    ),
    ("street", "众创大街|大街"),
    (
        "department",
        "人民政府|发展改革委|发改委|科学技术局|科技局|工业和信息化局|工信局|财政局|教育局|人社局|人力资源社会保障局|金融局|商务局|市场监管局|税务局|统计局|管委会|组织部",
    ),
    ("firm", "有限公司|集团"),
    ("brand", "品牌活动"),
)
# A project has a name of its own, and a name of its own stands in quotation marks.
_PROJECT = re.compile(
    r"“[^“”]{2,16}”(?:专项行动计划|三年行动计划|专项行动|行动计划|行动|计划|重大工程|工程|专项|项目|活动)|“[^“”]{2,14}(?:工程|计划|行动|专项|项目)”"
)
_STOP = "推动|支持|建设|依托|鼓励|利用|围绕|加强|推进|打造|加快|实施|发展|建立|组建|服务|参与|联合|配合|通过|以及|与|和|及|在|对|由|将|向|从|等|或|的|为|到|按|以|把|用|使|是|有|区内|合作|吸引|承接|争取|积极|充分|创建|培育|布局|谋划|引进|引入|落实|对接|对标|标准|借助|发挥|依靠|聚焦|瞄准|促进|完善|优化|提升|构建|面向|新建|筹建|建成|认定|获批|升级|集聚|引导|协同|共建|举办|推荐|指导|组织|主动|探索|牵头|市级|区级|国家级|省级|重点|各|该|本|我区|全区|我市|全市|等于|包括|若干|一批|多个|多家|纳入|拥有|形成|成立|运行|开展|深化|强化|持续|大力|健全|制定|赋予|设立|注入|新增|以上|取得|增强|规范|做强|做大|出台|修订|启用|依规|增设|聚力|给予|奖励|补助|办好"
_SUFFIX = re.compile("|".join(f"(?:{p})" for _, p in KINDS))
_WORDS = "|".join(sorted(_STOP.split("|"), key=len, reverse=True))  # 对标 before 对
_BREAK = re.compile(
    rf"[^\u4e00-\u9fffA-Za-z0-9·“”]|(?:{_WORDS})|[0-9.]+(?:亿元|万元|个|家)|以?上(?=创新|科技)"
)
# Words that belong to every place are nobody's name.
_GENERIC = re.compile(
    r"(?:企业|科研|高等|这些|相关|所有|一流|创新|区域|技术|产业|科技|社会).*|(?:乡?镇|街道?)人民政府|(?:大学)?科技园|(?:专业|离岸|科技企业)(?:孵化器|众创空间)|(?:原始|重大|高能级|工程|农业|科技企业|各类)*(?:创新平台|研究中心|技术研究中心|技术中心|孵化器|科技园|众创空间)"
)
_LONGEST = 18


def title_of(lines: list[Line]) -> tuple[str, Span]:
    """The document's own title: the best of the first lines, joined where it is broken over two."""
    best: tuple[float, str, Span] = (0.0, "", (0, 0))
    plain = next(
        (
            (x.start, x.end)
            for x in lines[:6]
            if 8 <= len(x.text) <= 60 and "。" not in x.text and not is_meta(x.text)
        ),
        (0, 0),
    )
    head = [line for line in lines[:24] if not is_meta(line.text)]
    for place, line in enumerate(head):
        for last in range(place, min(place + 3, len(head))):
            text = "".join(x.text for x in head[place : last + 1])
            score = _title_score(text, place, last - place)
            if score > best[0]:
                best = (score, text, (line.start, head[last].end))
    notice = re.search(r"(?:关于)?印发《?(?P<inner>.+?)》?的通知$", best[1])
    if notice:
        own = [line for line in head if line.text.strip("《》") == notice["inner"].strip("《》")]
        at = (own[0].start, own[0].end) if own else _inside(lines, notice["inner"], best[2])
        return notice["inner"].strip("《》") if notice["inner"].count("《") != 1 else notice[
            "inner"
        ], at
    return (best[1], best[2]) if best[1] else ("", plain)


def _inside(lines: list[Line], inner: str, span: Span) -> Span:
    for line in lines[:24]:
        if (place := line.text.find(inner)) >= 0:
            return line.start + place, line.start + place + len(inner)
    return span


def _title_score(text: str, place: int, more: int) -> float:
    if (
        len(text) > 110
        or len(text) < 6
        or re.search(
            r"[。;!?]|^(?:来源|发布|索引|发文|各|一、|二、|有关|目录)|(?:如下|通知如下)", text
        )
    ):
        return 0.0
    if not re.search(
        PLANNISH
        + r"[》>)]*(?:(?:的)?(?:通知|政策解读|解读|说明|图解|问答|政策问答))?(?:\([^)]*\))?[》\"”]?$",
        text,
    ):
        return 0.0
    if any(text.count(a) != text.count(b) for a, b in ("《》", "()", "<>")):
        return 0.0
    if "印发" in text and not re.search(r"通知[》\"”]?$|解读|政策原文", text):
        return 0.0
    dated = bool(more) and bool(re.search(r"\([^)]*20\d\d[^)]*\)$", text))
    told = "印发" in text and text.endswith("通知")
    return (
        10
        - place * 0.4
        - more * (0.1 if told else 0.6)
        + (1.5 if dated else 0)
        + (1.5 if re.search(r"[区市县省]|新区|《", text) else 0)
        - (2 if text.startswith(("政策原文", "标题", "名称", "原文")) else 0)
        + min(len(text), 40) / 40
    )


def documents_of(folded: str, original: str) -> list[Document]:
    """Every document number with the title that stands before it; each once."""
    found: dict[str, Document] = {}
    for hit in _NUMBER.finditer(folded):
        number = f"{_number_word(hit['word'])}〔{hit['year']}〕{int(hit['no'])}号"
        start = hit.start("word") + len(hit["word"]) - len(_number_word(hit["word"]))
        title = _title_before(folded[:start], original)
        if number not in found or (title and not found[number].title):
            printed = re.sub(
                r"\s+", "", original[start : hit.end()]
            )  # its own brackets and characters
            found[number] = Document(title, printed, "", (start, hit.end()))
    return list(found.values())


def _number_word(word: str) -> str:
    """科发 of "根据国科发": what stands before a document word is cut."""
    return re.sub(
        r"^.*(?:根据|按照|依据|号文|印发|文号|字号|以下|通知|贯彻|落实|精神|和|与|及|为|由|是)(?=[\u4e00-\u9fff]{2})",
        "",
        word,
    )


def _title_before(before: str, original: str) -> str:
    tail = before.rstrip(" (（")
    if tail.endswith("》"):
        start = _opening(tail)
        return original[start + 1 : len(tail) - 1] if start >= 0 else ""
    return ""


def _opening(tail: str) -> int:
    depth = 0
    for place in range(len(tail) - 1, -1, -1):
        depth += (tail[place] == "》") - (tail[place] == "《")
        if depth == 0:
            return place
    return tail.find("《")


def days_of(text: str) -> list[tuple[str, Span]]:
    """Days in a text as ISO dates."""
    found = []
    for hit in _DAY.finditer(text):
        month, day = int(hit["m"]), int(hit["d"])
        if 1 <= month <= 12 and 1 <= day <= 31:
            found.append((f"{hit['y']}-{month:02d}-{day:02d}", hit.span()))
    return found


_FORCE = re.compile(r"自(?:印发|发布|公布)之日起|自(?P<day>20\d\d年\d{1,2}月\d{1,2}日)起")
_UNTIL = re.compile(r"有效期(?:至|到)(?P<day>20\d\d年\d{1,2}月\d{1,2}日)")


def force_of(text: str, issued: str) -> tuple[str, str] | None:
    """From when until when a document says that it is in force."""
    until = _UNTIL.search(text)
    if not until:
        return None
    since = _FORCE.search(text)
    start = days_of(since["day"])[0][0] if since and since["day"] else issued
    return (start, days_of(until["day"])[0][0]) if start else None


def period_of(title: str, text: str) -> tuple[str, str] | None:
    """The plan's period: in its title, else the first in its text, else of the five-year plan it
    names.
    """
    for where in (title, text[:3000]):
        if (found := _PERIOD.search(where)) and 0 < int(found["b"]) - int(found["a"]) <= 15:
            return f"{found['a']}-01-01", f"{found['b']}-12-31"
        for name, (a, b) in _FIVE.items():
            if where is title and name in where:
                return f"{a}-01-01", f"{b}-12-31"
    if year := re.search(r"(20\d\d)年", title):
        return f"{year[1]}-01-01", f"{year[1]}-12-31"
    return None


def issuer_of(lines: list[Line], title: str) -> str:
    """Who issued it: the title's own body, who 印发 it by the text, the signature, or a line that
    names the source.
    """
    for line in lines[:30]:
        found = _GOVERNMENT.match(line.text) or _PRINTED.search(line.text)
        if found and (
            "印发" in line.text[found.start() : found.end() + 6]
            or line.text[found.end() :].startswith("关于")
        ):
            return re.sub(r"^(?:并|现)?(?:以|由|经)", "", found["name"])
    for line in lines[:30]:
        if found := re.search(
            r"(?P<name>[\u4e00-\u9fff]{2,14}(?:局|委员会|人民政府|办公室|管委会))\s*关于印发",
            line.text,
        ):
            return found["name"]
    for line in lines[:20]:
        if found := _ISSUER.match(line.text) or _ISSUER.search(line.text[:60]):
            name = re.sub(r"(?:发布时间|发布日期|时间|日期).*$", "", found["name"])
            if len(name) >= 2 and not re.search(r"网$|门户|日报", name):
                return name
    if found := _GOVERNMENT.match(title):
        return found["name"]
    return _signed([*lines[:12], *reversed(lines[-12:])])


def _signed(lines: list[Line]) -> str:
    """A body's name alone on its line, with or without the day."""
    for line in lines:
        for part in re.split(r"\s+", re.sub(r"\d{4}年.*$", "", line.text)):
            if found := _GOVERNMENT.fullmatch(part):
                return found["name"]
    return ""


def bodies_of(lines: list[Line], original: str) -> list[NamedBody]:
    """Bodies, platforms, funds and places named in the text, each once, in order."""
    found: dict[str, NamedBody] = {}
    for line in lines:
        for hit in _SUFFIX.finditer(line.text):
            floor = max(0, hit.start() - _LONGEST)
            begin = max(
                (m.end() for m in _BREAK.finditer(line.text, floor, hit.start())), default=floor
            )
            start, end = line.start + begin, line.start + hit.end()
            name = original[start:end].strip("“”")
            kind = next(
                k
                for k, p in KINDS
                if re.fullmatch(p.replace("(?!路)", "").replace("(?!域)", ""), hit[0])
            )
            if (
                len(name) >= 4
                and begin < hit.start()
                and name not in found
                and not _GENERIC.fullmatch(name)
            ):
                found[name] = NamedBody(name, kind, (start, end))
        for hit in _PROJECT.finditer(original, line.start, line.end):
            bare = hit[0][1:-1] if hit[0].endswith("”") else hit[0]
            if bare.strip("“”") not in found:
                found[bare] = NamedBody(bare, "project", hit.span())
    return sorted(found.values(), key=lambda b: b.span)
