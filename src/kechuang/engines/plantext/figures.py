"""Figures of targets: number, unit and bound word, found in a clause."""

import re
from dataclasses import dataclass

from kechuang.engines.text.numerals import CHINESE, parse_number

_PLAIN = (
    "个工作日|个月|亿美元|万美元|亿元|万元|千元|元|万件|件|万家|家|万户|户|万个|个百分点|百分点|个|万项|项|万人次|人次|万人年|人年|万人|人|万名|名|%|‰|倍|所|支|处|条|批|"
    "万平方米|平方米|万平方公里|平方公里|公顷|万亩|亩|公里|千米|座|只|次|场|期|台套|台|套|篇|门|万吨|吨|亿|万|分|位|强|米|款|部|幅|例|种|枚|艘|辆|块|片|栋|席|岁|天|小时|张|对|间|户|床|吨标准煤|千瓦时|千瓦|兆瓦|立方米|公斤|分钟|成|P|PFlops|PFLOPS|EFlops|EFLOPS|MW|GW"
)
_ONE = "|".join(sorted(_PLAIN.split("|"), key=len, reverse=True))
_UNIT = rf"万亿(?:{_ONE})?|亿(?:{_ONE})|{_ONE}"
_PER = r"(?:/[\u4e00-\u9fff]{1,3}(?=以|左|,|;|。|、|$|\s)|\(套\)|每万人)?"
_NUMBER = rf"(?:\d[\d,]*(?:\.\d+)?|(?<![{CHINESE}十])[{CHINESE}]+(?:点[{CHINESE}]+)?)"
_FIGURE = re.compile(
    rf"(?:百分之(?P<share>{_NUMBER})|(?P<number>{_NUMBER})(?:\s*(?:至|-|—|到)+\s*(?:{_NUMBER}))?)\s*(?P<more>多|余|几)?\s*(?P<unit>(?:{_UNIT}){_PER}|(?<=百分之.)|(?<=百分之..)|(?<=百分之...)|(?<=百分之....))"
)
_BEFORE = (
    (">=", re.compile(r"(?:不低于|不少于|不小于|至少|不弱于|保底|≥|>=)\s*$")),
    (
        "<=",
        re.compile(
            r"(?:控制在|不超过|不高于|不大于|不多于|低于|小于|少于|≤|<=|降(?:至|到|低到)|压减到|压缩(?:至|到|在)|缩短(?:至|到)|(?:进入|位居|位列|跻身|稳居)[^,;。]{0,8}前|前)\s*$"
        ),
    ),
    (">", re.compile(r"(?:突破|超过|超|大于|高于|多于|逾|越过|>)\s*$")),
    ("about", re.compile(r"(?:约|大约|近|接近|约为)\s*$")),
    (
        ">=",
        re.compile(
            r"(?:达到|达|增(?:加|长)?[至到]|提[高升]?[至到]|升至|扩大到|发展到|[迈跨]上|[迈跨]入|实现|完成|稳定在|保持在)\s*$"
        ),
    ),
)
_AFTER = (
    (">=", re.compile(r"^\s*(?:及|或)?(?:以上|之上|起)")),
    ("<=", re.compile(r"^\s*(?:以内|以下|之内)")),
    ("about", re.compile(r"^\s*(?:左右|上下)")),
)
_NOT = re.compile(
    rf"^(?:[一两]个?(?:批|流|体|站|系列|定|些|条龙|致|律|件事|方面|张图|网通|次性|点|手|套(?!.{{0,2}}[:以]))|十四五|十三五|[{CHINESE}]+(?:是|要))"
)


@dataclass(frozen=True)
class Figure:
    """A figure in a clause: where it stands with its bound words, its plain decimal text, unit
    and bound.
    """

    start: int
    end: int
    number: str
    unit: str
    bound: str


def figures(clause: str) -> list[Figure]:
    """The figures of a clause, in order; years, ordinals and 一批 are not figures."""
    found: list[Figure] = []
    for match in _FIGURE.finditer(clause):
        if _is_not_a_figure(clause, match):
            continue
        text, unit = _scaled(match["share"] or match["number"], match["unit"] or "%")
        value = parse_number(text)
        if value is None:
            continue
        found.append(_figure(clause, match, format(value, "f"), unit))
    return found


def spoken(text: str) -> list[tuple[int, int]]:
    """Where every figure with a unit stands, counts of a list's entries too; years, ordinals,
    slogans and idioms are no figures.
    """
    found = []
    for match in _FIGURE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        label = not match["share"] and _is_a_label(text, match, before)
        if not label and (match["share"] or not _is_an_idiom(match, before, after)):
            found.append(match.span())
    return found


_COUNTED_WORDS = re.compile(
    r"\s*(?:主要|具体|量化|重点|工作|发展|预期性?|约束性?|核心)*"
    r"(?:目标|指标|任务|举措|措施|方面|行动(?:计划)?$|领域|维度|层面|阶段|板块|聚焦|步骤|批次|类别|步走|重点|原则|坚持|到位|强化|体系"
    r"|清单|事项|机制|一批|突破|翻番|提升|转变|全覆盖|[”\"])"
)
_LIST_BEFORE = re.compile(r"(?:方面|类|类别|指标|提出了?|部署了?|共|目标|其中)\s*\(?$")
_LIST_AFTER = re.compile(r"\s*[)。,:]*\s*$|\s*:|\s*[、,][^、,]{2,12}类\s*\d")
_IDIOM_UNITS = frozenset("分 条 名 位 部 种 场 次 期 门 片 例 天 元 强 处 万 亿 米 块 成".split())
_IDIOMS = frozenset(
    "一个 两个 一项 一家 一人 一批 万人 万家 百家 千家 百人 十个 一件 百强 十强 双一流".split()
)
_ENDS_IN_GROWTH = re.compile(r"建成|新建|新增|培育|引进|获批|打造|组建|创建")
_GROWS_BY = re.compile(
    r"(?:新增|新建|建成|建设|打造|达到|突破|超过|培育|引进|获批|实施|落地|创建|布局|不少于|至少|争取|新认定|引育|形成)\s*$"
)


def _is_not_a_figure(clause: str, match: "re.Match[str]") -> bool:
    """Ordinals, years, names of plans, counts of list entries and idioms look like figures."""
    if match["share"]:
        return False
    before, after = clause[: match.start()], clause[match.end() :]
    return (
        _is_a_label(clause, match, before)
        or _counts_a_list(match, before, after)
        or _is_an_idiom(match, before, after)
    )


def _is_a_label(clause: str, match: "re.Match[str]", before: str) -> bool:
    if before.endswith(("每", "第", "十四", "十三", "十五", "〔", "-", "—")) or _NOT.match(
        clause[match.start() :]
    ):
        return True
    if before.endswith("“") and re.match(r"[\u4e00-\u9fff]{2,6}”", clause[match.end() :]):
        return True  # “三个跃升”: a slogan
    is_year = re.match(r"^\d{4}$", match["number"])
    return bool(is_year) and clause[match.end("number") :].startswith(("年", "-"))


def _counts_a_list(match: "re.Match[str]", before: str, after: str) -> bool:
    if _COUNTED_WORDS.match(after):
        return True
    return match["unit"] in ("项", "个", "条") and bool(
        _LIST_BEFORE.search(before) and _LIST_AFTER.match(after)
    )


def _is_an_idiom(match: "re.Match[str]", before: str, after: str) -> bool:
    if match["number"][0].isdigit():
        return False
    if (
        match["unit"] == "倍"
        and match["number"] == "一"
        and re.search(r"(?:增加|增长|提高)$", before)
    ):
        return True  # doubled: said in words
    if (
        match["unit"] in _IDIOM_UNITS
        and len(match["number"]) == 1
        and not re.search(r"(?:占|超过|达到|突破|超|前)\s*$", before)
    ):
        return True
    last = not after.strip(" 。;,") and _ENDS_IN_GROWTH.search(before)
    return not last and match[0] in _IDIOMS and not _GROWS_BY.search(before)


def _scaled(number: str, unit: str) -> tuple[str, str]:
    """二十亿元 is 20 亿元: the scale at the end of a spelt number belongs to the unit, as it does after
    digits.
    """
    if len(number) > 1 and number[-1] in "万亿" and not number[0].isdigit() and unit != "%":
        return number[:-1], number[-1] + unit
    return number, unit


def _figure(clause: str, match: "re.Match[str]", number: str, unit: str) -> Figure:
    before, after = clause[: match.start()], clause[match.end() :]
    bound, start, end = "", match.start(), match.end()
    for name, pattern in _AFTER:
        if hit := pattern.match(after):
            bound, end = name, match.end() + hit.end()
            break
    for name, pattern in _BEFORE:
        if hit := pattern.search(before):
            bound = bound or name
            start = hit.start()
            break
    return Figure(start, end, number, unit, bound or ("about" if match["more"] else "="))
