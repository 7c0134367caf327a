"""Who answers for a task: the bodies that a text names behind it."""

import re

UNITS = re.compile(
    r"[(\[](?:责任(?:单位|部门)|牵头(?:单位|部门)?|(?=[^()]{2,60}(?:局|委|办|部|中心|区|镇|街道|公司|大学|学院|管委会|单位)[)\]]))[:]?(?P<units>[^()]{2,200}?)[)\]]\s*。?\s*$"
)
DUE = re.compile(r"(?:完成|办结|落实)?(?:时限|期限|时间(?:节点)?)(?:要求)?[:：](?P<due>[^;；。)]+)")
LEAD = re.compile(r"(?:牵头|责任|主责)(?:单位|部门|领导)?[:：](?P<lead>[^;。)]+)")
_WITH = re.compile(r"(?:配合|协办|参与|协同|参加)(?:单位|部门)?[:：](?P<with>[^;。)]+)")
_ANSWERS = re.compile(r"责任(?:单位|部门)[:：](?P<with>[^;。)]+)")  # beside a body that leads


def due_of(text: str) -> str:
    """By when, as printed: "(牵头单位:A;完成时限:6月底)" → 6月底."""
    found = DUE.search(text)
    return found["due"].strip() if found else ""


def responsible_of(told: str | None) -> tuple[str, tuple[str, ...]]:
    """(lead, cooperating) that stand in brackets at the end of a text."""
    found = UNITS.search(told or "")
    return responsible(found[0]) if found else ("", ())


def responsible(text: str) -> tuple[str, tuple[str, ...]]:
    """(lead, cooperating) of "(牵头单位:A;配合单位:B、C)" or "(A、B、C)"."""
    if not text:
        return "", ()
    inner = text.strip("()[]。 ")
    leading = re.search(r"(?:牵头|主责)(?:单位|部门|领导)?[:：](?P<lead>[^;。)]+)", inner)
    lead = leading or LEAD.search(inner)
    others = [*_WITH.finditer(inner), *(_ANSWERS.finditer(inner) if leading else ())]
    if lead or others:
        leads = _names(lead["lead"]) if lead else []
        rest = [n for m in sorted(others, key=lambda m: m.start()) for n in _names(m["with"])]
        return (leads[0] if leads else "", (*leads[1:], *rest))
    names = _names(re.sub(r"^.*?[:：]", "", inner))
    return (names[0], tuple(names[1:])) if names else ("", ())


def _names(text: str) -> list[str]:
    found = (
        re.sub(r"(?:等(?:部门|单位)?|按职责分工.*|牵头|负责)$", "", n).strip()
        for n in re.split(r"[、,，;；\s]+", text)
    )
    return [n for n in found if 1 < len(n) <= 30]
