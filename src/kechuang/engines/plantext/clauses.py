"""Targets inside running text: a name, a figure, a bound; doublings and ranks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kechuang.engines.text.numerals import NUMBER, parse_number

from .figures import Figure, figures
from .phrases import TIME, split_list
from .schemas import DraftTarget, Span

_VERBS = (
    "力争|争取|努力|确保|实现|新建|选育推广|选育|推广应用|推广|培训|获得|落户|发行|扶持|孵化(?!面积|载体|器|基地|空间)|新增|新培育|新认定|新引进|新获批|培育壮大|培育|培养|引进|引育|引入|建设|建成|打造|获批|组织实施|实施|突破|认定|形成|布局建设|布局|创建|搭建|组建|"
    "转化落地|转化|落地|支持|推动|完成|达到|发展|集聚|聚集|汇聚|吸引|拥有|保有|累计|总计|共|全年|每年|年均|登记|开展|举办|组织|承担|带动|撬动|促成|签订|签约|设立|推出|攻克|净增|柔性引进|育成|或|主导|参与|服务承接|服务|承接|力促|再|其中|并|且|使|和|及|以及|将|全区|全市|全省|全县|本区|我区|我市|区内|市域|全域|县域"
)
_LEAD = re.compile(
    rf"^(?:[今明去上]年|[两二三四五]年(?:内|共)?(?=累计|共|新增|培育|引进|实施|组织|建成)|{_VERBS}|[,、:;\s])+"
)
_TAIL = re.compile(
    r"(?:不|力争|争取|努力|总量|累计|总计|合计|分别|在\d{4}年基础上|在?\s+基础上|较\s+|比\s+|[迈跨]上|[迈跨]入|新增|稳定在|保持在|≥|≤|>|<|年均|每年|均|已|全部|稳步|持续|稳定|保持|预计|将|要|再|增长|增加|提高|提升|达到|达|突破|超过|超|实现|控制在|不低于|不少于|占(?!比)|约|为|至|到|在|较.{2,8}年|比.{2,8}年|[,、:;\s])+$"
)
_KEEP_TAIL = re.compile(r"(?:年均增长|年均增速|增长率?|增速|占比|比重|比例|强度|下降率|降低率)$")
_NO_FIGURE = re.compile(
    r"(?P<name>[^,;。]{2,40}?)(?:(?:力争|争取|努力)?(?:实现)?(?:较|比)?(?:\d{4}年)?(?:实现)?(?P<how>翻一番|翻两番|翻番|倍增|(?:增加|增长|提高)一倍)|(?:力争|争取|稳定|保持|稳居|位居|走在|进入|跻身|处于|达到)+(?P<rank>(?:全国|全省|全市|全球|世界|国内|同类|城市|京津冀|长三角)[^,;。]{0,12}(?:前列|领先|先进|第一方阵|前茅|首位|水平)))"
)
_ZERO = re.compile(
    r"(?P<name>[^,;。]{2,24}?)(?:实现|取得)?零的?突破|(?P<rel>[^,;。]{3,24}?(?:增幅|增速|增长率|占比|水平))(?:不低于|高于|快于)[^\d,;。]{2,24}(?:增幅|增速|平均水平|增长率)$|(?P<all>[^,;。]{2,24}?)(?:实现(?:应.尽.|[^,;。]{0,8}全覆盖|清零)|(?:县域|镇街|街镇|乡镇|园区|区域)?全覆盖$)|(?P<drop>[^,;。]{2,20}?)(?:稳步|持续|逐步|明显|大幅)(?:下降|上升|提高|提升|增长|降低|改善)$"
)
_RHETORIC = re.compile(
    r"(?:新台阶|新高地|新格局|新局面|新突破|更高水平|现代化|贡献|支撑|高质量发展|能力|水平|实力|环境|生态|体系|格局|活力|质量|效率|结构)$"
)
_PAST = re.compile(
    r"截至|目前|为基数|同比|先后|已(?:经)?(?:建成|达到|有|拥有|累计|认定)|(?:去|上)年|近年来|五年来|“?十[二三四五]五”?(?:期间|以来)|连续.年"
)
_FUTURE = re.compile(r"(?:到|(?<!截)至)\s*20\d\d年|力争|目标是|争取|将")


@dataclass(frozen=True)
class _Clause:
    text: str
    start: int


def in_sentence(text: str, start: int) -> list[DraftTarget]:
    """Targets with a figure (or a doubling, or a rank) in running text."""
    found: list[DraftTarget] = []
    subject = ""
    goals = [int(y) for y in re.findall(r"(?<!截)(?:到|至)(20\d\d)年", text)]
    text = _SLOGAN.sub(lambda m: " " * len(m[0]), text)
    for sentence in _parts(_Clause(text, start), "。!"):
        if _PAST.search(sentence.text) and not _FUTURE.search(sentence.text):
            continue
        then = re.match(r"\s*(20\d\d)年(?:底|末|全年)?,", sentence.text)
        if then and goals and int(then[1]) < max(goals) and not _FUTURE.search(sentence.text):
            continue  # 2021年，全县共有…。到2024年，…: where things stood
        past = False
        by, years = _by(sentence.text), set(re.findall(r"20\d\d(?=年)", sentence.text))
        several = len(years) > 1
        for clause in _joined(_parts(sentence, ",;")):
            own = re.findall(r"(?<![较比自从由在])(20\d\d)年", clause.text) if several else []
            its = f"{own[-1]}-12-31" if own else by  # 2023年达到18亿元，2025年达到26亿元
            if "分别" in clause.text and len(years) > 1 and not own:
                its = f"{max(years)}-12-31"
            made = [replace(t, by=its) for t in _in_clause(clause, subject)]
            past = _tells_of_last_year(clause.text, past)
            for one in () if past else made:
                if found and one.figure and not found[-1].figure and one.name == found[-1].name:
                    found.pop()  # 翻一番，达到4万件: one target
                found.append(one)
            if made:
                subject = re.sub(r"(?:年均)?(?:增长|增速|增幅|提高|提升)$", "", made[-1].name)
            elif group := re.search(r"([\u4e00-\u9fff]{3,20})一批$", clause.text):
                a, b = _trim(clause.text, group.start(1), group.end(1))
                subject = clause.text[a:b]
            elif told := _SUBJECT.match(clause.text):
                subject = told["name"]
    return _without_lead(found, text, start)


def _tells_of_last_year(text: str, past: bool) -> bool:
    """去年实现480家，今年力争达到520家: from 去年 on it is told what was, up to the next 今年 or 力争."""
    if _FUTURE.search(text) or re.search(r"[今明]年", text):
        return False
    return past or bool(re.search(r"(?<![较比在])(?:去年|上年)", text))


_SLOGAN = re.compile(r"(?:(?<=[。;,])|^)\s*“[^”]{2,8}”(?:——?|:)")  # “六个倍增”——…
_SUBJECT = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{4,20}?(?:位次|排名|指数|水平|实力|能力|总量|规模|数量))(?:实现|继续|保持|持续|稳步|显著|大幅|不断)"
)
_PLACE_ONLY = re.compile(
    r"(?:跃居|稳居|位居|位列|列|进入|跻身|排名|排|居|保持)*(?:全国|全省|全市|全区|同类\S{0,6})"
)


def _joined(clauses: Iterable[_Clause]) -> Iterator[_Clause]:
    """A和B在2022年基础上实现“双倍增”，分别超过90家和870家: the names stand in the clause before."""
    before: _Clause | None = None
    for clause in clauses:
        if before and re.match(r"\s*(?:且|并|力争|将)?分别", clause.text):
            plain = TIME.sub(lambda m: " " * len(m[0]), before.text)
            if not figures(plain):
                names = re.split(r"在?\s+的?基础上|实现|[均都]|较\s|比\s|倍增|翻", plain)[0]
                gap = clause.start - before.start - len(names)
                before = _Clause(names + " " * gap + clause.text, before.start)
                continue
        if before:
            yield before
        before = clause
    if before:
        yield before


def _without_lead(found: list[DraftTarget], text: str, start: int) -> list[DraftTarget]:
    """创新投入稳步增长。全社会…达到…: the first sentence announces the figures,
    it is no target beside them.
    """
    first = text.find("。") + 1
    vague = [t for t in found if not t.figure and t.confidence <= 0.5 and t.span[1] < start + first]
    if len(vague) == 1 and first <= 16 and sum(bool(t.figure) for t in found) >= 2:
        return [t for t in found if t not in vague]
    return found


def _by(text: str) -> str:
    years = re.findall(r"(20\d\d)年", text)
    return (
        f"{years[0]}-12-31"
        if years and re.search(r"到20|至20|20\d\d年(?:底|末|前|,)", text)
        else ""
    )


def _parts(clause: _Clause, marks: str) -> Iterator[_Clause]:
    """Cut at marks outside brackets, at 、 too where both sides hold figures; thousands' commas
    are no mark.
    """
    depth, begin, text = 0, 0, clause.text
    for place, c in enumerate([*text, marks[0]]):
        depth += (c in "(“《") - (c in ")”》")
        inside = (
            0 < place < len(text) - 1
            and text[place - 1].isdigit()
            and re.match(r",\d{3}(?!\d)", text[place:])
        )
        if c in marks and (depth <= 0 or place == len(text)) and not inside:
            if text[begin:place].strip():
                yield _Clause(text[begin:place], clause.start + begin)
            begin = place + 1
            depth = 0


def _attributive(text: str, hit: Figure) -> bool:
    """2万平方米以上孵化器8家: the first figure says which incubators, not how many."""
    after = text[hit.end :]
    return (
        text[: hit.end].endswith(("以上", "以下", "以内"))
        and bool(re.match(r"的?[\u4e00-\u9fff]{2,}", after))
        and bool(figures(after))
    )


def _in_clause(clause: _Clause, subject: str) -> Iterator[DraftTarget]:
    text = TIME.sub(lambda m: " " * len(m[0]), clause.text)
    hits = [h for h in figures(text) if not _attributive(text, h)]
    if not hits:
        yield from _doubled(text, clause)
        return
    if re.match(r"\s*(?:较|比|同比)\s*", text) and subject:
        return  # 较2021年净增6个: told of the figure before it
    begins = ""
    if raised := re.search(
        r"(?:由|从)\s*(?:的)?(?P<start>[^,;]*?)(?:提高|增加|提升|增长|发展|扩大|下降|降低)(?:[到至]|\s{5,})\s*的?",
        text,
    ):
        begins = _starting(raised["start"])
        text = (
            text[: raised.start()]
            + " " * (raised.end() - raised.start() - 2)
            + "达到"
            + text[raised.end() :]
        )
        hits = figures(text)
    if "分别" in text and len(hits) > 1:
        yield from _distributed(text, clause, hits)
        return
    begin = 0
    for number, hit in enumerate(hits):
        if number + 1 < len(hits) and re.match(
            r"\s*(?:以上|以下)?的[\u4e00-\u9fff]", text[hit.end :]
        ):
            continue  # 年产值超10亿元的企业: a figure inside the name
        until = hits[number + 1].start if number + 1 < len(hits) else len(text)
        target, begin = _one(text, clause, hit, begin, until, subject)
        if target:
            yield replace(target, begins=begins) if number == 0 else target
            subject = target.name


def _starting(words: str) -> str:
    """The figure from which 由300亿元 sets out, "" for none."""
    found = re.search(NUMBER, re.sub(r"20\d\d年", "", words))
    value = parse_number(found[0]) if found else None
    return "" if value is None else format(value, "f")


_OURS = re.compile(rf"[\u4e00-\u9fff]{{2,8}}[区市县省](?:将|要|力争|计划)?(?:{_VERBS})")


def _one(
    text: str, clause: _Clause, hit: Figure, begin: int, until: int, subject: str
) -> tuple[DraftTarget | None, int]:
    """The target of one figure: what stands before it, or what it counts (新建 8 个重大平台)."""
    colon = text.rfind(":", begin, hit.start)
    if (
        colon >= 0
        and len(re.sub(r"[^\u4e00-\u9fff]", "", text[slice(*_trim(text, colon + 1, hit.start))]))
        >= 3
    ):
        begin = colon + 1
    a, b = _trim(text, begin, hit.start)
    if text[a:b] in ("总数", "总量", "总规模", "总额", "数量", "总计", "规模", "增长", "增幅"):
        a = b
    verb = re.search(rf"(?:{_VERBS})\s*$", text[begin : hit.start])
    if verb and _OURS.fullmatch(text[a:b]):
        a = b  # 某某区将打造4个…: who, not what
    confidence, end = 0.85, hit.end
    if b - a < 2 or (verb and b - a < 3):
        after = re.match(r"\s*的?([^,;。、(]{2,30})", text[hit.end : until])
        if not after or not re.search(r"[\u4e00-\u9fff]{2}", after[1]):
            grown = _growth(text, clause, hit, begin, subject)
            if grown is None and subject and b == a:
                return _made(clause, subject, (hit.start, hit.end), hit, hit.bound, 0.7), hit.end
            return grown, hit.end
        a, b = _trim(text, hit.end + after.start(1), hit.end + after.end(1), keep=True)
        end, confidence = hit.end + after.end(1), 0.75
    name = clause.text[a:b].strip()
    if subject and _PLACE_ONLY.fullmatch(name):
        return _made(clause, subject, (hit.start, hit.end), hit, hit.bound, 0.6), end
    if not re.search(r"[\u4e00-\u9fff]{2}", name) or len(name) > 45:
        return None, end
    bound = (
        ">="
        if hit.bound == "="
        and re.search(r"新建|新增|力争|培育|建成|引进|获批", text[begin : hit.start])
        else hit.bound
    )
    return _made(clause, name, (a, b), hit, bound, confidence), end


def _growth(
    text: str, clause: _Clause, hit: Figure, begin: int, subject: str
) -> DraftTarget | None:
    """年均增长 8 % after the subject's own figure: a second figure of the same thing."""
    grows = re.search(
        r"(年均增长|年均增速|年均提高|增长|增速|占比|比重|下降|降低)[^,]*$", text[begin : hit.end]
    )
    if not grows or not subject:
        return None
    place = text.rfind(grows[1], begin, hit.end)
    return _made(clause, subject + grows[1], (place, place + len(grows[1])), hit, hit.bound, 0.5)


def _made(
    clause: _Clause, name: str, span: tuple[int, int], hit: Figure, bound: str, confidence: float
) -> DraftTarget:
    a, b = min(span[0], hit.start), max(span[1], hit.end)
    at = (clause.start + span[0], clause.start + span[1])
    return DraftTarget(
        name,
        (clause.start + a, clause.start + b),
        confidence,
        hit.number,
        hit.unit,
        bound if bound != "=" else ">=",
        printed=clause.text[a:b].strip(" ,"),
        name_at=at if clause.text[span[0] : span[1]].strip() == name else None,
    )


def _trim(text: str, a: int, b: int, *, keep: bool = False) -> tuple[int, int]:
    """The name inside text[a:b]: no verbs before it, no bound words after it."""
    piece = text[a:b]
    while True:
        lead = _LEAD.match(piece)
        keeps = keep or (_KEEP_TAIL.search(piece) and not re.search(r"(?:较|比)\s", piece))
        tail = None if keeps else _TAIL.search(piece)
        left = lead.end() if lead and lead.end() < len(piece) else (len(piece) if lead else 0)
        right = tail.start() if tail else len(piece)
        if (left, right) == (0, len(piece)) or left >= right:
            return (a, a) if left >= right else _strip(text, a, a + len(piece))
        a, piece = a + left, piece[left:right]


def _strip(text: str, a: int, b: int) -> tuple[int, int]:
    while a < b and text[a] in " ,;、:的":
        a += 1
    while b > a and text[b - 1] in " ,;、:":
        b -= 1
    return a, b


def _distributed(text: str, clause: _Clause, hits: list[Figure]) -> Iterator[DraftTarget]:
    """A、B、C 数量分别达到 1、2、3."""
    a, b = _trim(text, 0, text.index("分别"))
    shared = re.search(r"(?:数量|总数|总量|规模)$", text[a:b])
    b = b - len(shared[0]) if shared else b
    items = split_list(text[a:b], len(hits))
    if len(items) == 1:  # 到2023年、2025年，…分别达到2.3%、2.6%: the last year's counts
        x, y = items[0]
        yield _made(
            clause, clause.text[a + x : a + y], (a + x, a + y), hits[-1], hits[-1].bound, 0.85
        )
    if len(items) != len(hits):
        return
    unit = next((h.unit for h in reversed(hits) if h.unit), "")
    for (x, y), hit in zip(items, hits, strict=True):
        one = replace(hit, unit=hit.unit or unit)
        bound = next((h.bound for h in (*reversed(hits), one) if h.bound != "="), "=")
        yield _made(clause, clause.text[a + x : a + y], (a + x, a + y), one, bound, 0.85)


def _doubled(text: str, clause: _Clause) -> Iterator[DraftTarget]:
    for found in _NO_FIGURE.finditer(text):
        a, b = _trim(text, found.start("name"), found.end("name"))
        name = clause.text[a:b]
        if len(name) < 3 or _RHETORIC.search(name):
            continue
        yield _bare(clause, name, (a, b), found.end(), 0.6 if found["how"] else 0.5)
    for found in _ZERO.finditer(text):
        group = next(g for g in ("name", "rel", "all", "drop") if found[g])
        a, b = _trim(text, found.start(group), found.end(group))
        if b - a >= 3 and not _RHETORIC.search(clause.text[a:b]):
            yield _bare(clause, clause.text[a:b], (a, b), found.end(), 0.5)


def _bare(clause: _Clause, name: str, at: Span, end: int, confidence: float) -> DraftTarget:
    """A target without a figure."""
    a, b = at
    return DraftTarget(
        name,
        (clause.start + a, clause.start + end),
        confidence,
        bound="none",
        printed=clause.text[a:end],
        name_at=(clause.start + a, clause.start + b),
    )
