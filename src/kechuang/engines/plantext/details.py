"""What the text says of a task in other places, and tasks that look misprinted."""

import re
from collections.abc import Iterator
from dataclasses import replace

from .outline import Node
from .schemas import DraftArea, Problem


def enrich(areas: list[DraftArea], root: Node) -> list[DraftArea]:
    """Later paragraphs that begin with 在〈task〉方面 are that task's details."""
    found: dict[str, list[str]] = {}
    names = [t.name for a in areas for t in a.tasks]
    for text in _paragraphs(root):
        abouts = [(m.start(), m["name"], m.end()) for m in _ASIDE.finditer(text)]
        for (_, about, begin), (until, _, _) in zip(
            abouts, [*abouts[1:], (len(text), "", 0)], strict=False
        ):
            name, rest = _same(about, names), text[begin:until].strip(" ,。;")
            if name and rest and rest not in found.setdefault(name, []):
                found[name] += _sentences_of(rest)
    return [
        replace(
            a,
            tasks=tuple(
                replace(t, details=t.details or tuple(found.get(t.name, ()))) for t in a.tasks
            ),
        )
        for a in areas
    ]


_ASIDE = re.compile(r"(?:(?<=[。;])|^)(?:在|围绕|关于)(?P<name>[^,。;]{4,40}?)(?:方面|上)?[,:]")


def _paragraphs(root: Node) -> Iterator[str]:
    """Each heading's own text with its enumerated sentences, as a reader sees the paragraph."""
    for node in root.walk():
        text = "".join(line.text for line in node.body)
        for child in node.children:
            if child.kind in ("enum", "ordinal"):
                text += child.head + "。" + "".join(line.text for line in child.body)
        if text:
            yield text


def _sentences_of(text: str) -> list[str]:
    return [s.strip(" ,;") for s in re.split(r"。", text) if s.strip(" ,;")]


def _same(text: str, names: list[str]) -> str:
    plain = re.sub(r"[“”\"]", "", text)
    return next(
        (n for n in names if plain and (plain in re.sub(r"[“”\"]", "", n) or n in plain)), ""
    )


def doubled(areas: list[DraftArea]) -> list[Problem]:
    """大大力推动: a character printed twice at the head of a task."""
    return [
        Problem("unclear", f"任务“{t.name}”开头的“{t.name[0]}”疑似多印了一个，请对照原文", t.span)
        for a in areas
        for t in a.tasks
        if len(t.name) > 3 and t.name[0] == t.name[1] and t.name[0] not in "人天家常步处层日年渐"
    ]
