"""Reading plans: precision and recall on the invented corpus with its gold, and the time per
10,000 characters.

    python benchmarks/plantext.py [FOLDER]

The corpus has ten parts: ``dev`` was written to build the reader, ``held`` to ``held9`` were
written by others and read
by the engine for the first time only after it was built. See docs/benchmarks.md for the figures
of first contact.
"""

import json
import re
import statistics
import sys
import time
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from kechuang.engines.plantext import read_plan

CORPUS = Path(__file__).parents[1] / "tests" / "engines" / "plans"
PARTS = ("dev", "held", *(f"held{n}" for n in range(2, 10)))
ALIKE = 0.75
_PUNCTUATION = re.compile(r"[\s“”\"'《》()（）,，、。]")


@dataclass
class Score:
    """Counts over documents.

    ``figures`` are targets found whose value, unit and bound all agree.
    """

    targets: int = 0
    targets_gold: int = 0
    targets_read: int = 0
    figures: int = 0
    tasks: int = 0
    tasks_gold: int = 0
    tasks_read: int = 0
    contradictions: int = 0
    documents: int = 0

    def add(self, other: "Score") -> None:
        """Take another document's counts in."""
        for name in vars(other):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def line(self) -> str:
        """One row of the table in docs/benchmarks.md."""
        return " | ".join(
            f"{part / whole if whole else 1:.3f}"
            for part, whole in (
                (self.targets, self.targets_read),
                (self.targets, self.targets_gold),
                (self.figures, self.targets),
                (self.tasks, self.tasks_read),
                (self.tasks, self.tasks_gold),
                (self.contradictions, self.documents),
            )
        )


def _likeness(a: str, b: str) -> float:
    a, b = _PUNCTUATION.sub("", a), _PUNCTUATION.sub("", b)
    if not a or not b:
        return 0
    if (a in b or b in a) and min(len(a), len(b)) >= 0.6 * max(len(a), len(b)):
        return 0.9 + 0.1 * (a == b)
    return SequenceMatcher(None, a, b).ratio()


def pairs(gold: list[str], read: list[str]) -> list[tuple[int, int]]:
    """Each gold name with the likest unused name that was read."""
    used: dict[int, int] = {}
    for i, name in enumerate(gold):
        best, at = max(
            ((_likeness(name, other), j) for j, other in enumerate(read) if j not in used),
            default=(0, -1),
        )
        if best >= ALIKE:
            used[at] = i
    return [(i, j) for j, i in used.items()]


def score(path: Path) -> Score:
    """One document against its gold."""
    gold = json.loads(path.with_name(f"{path.stem}.gold.json").read_text(encoding="utf-8"))
    draft = read_plan(path.read_text(encoding="utf-8"))
    targets = [t for g in gold["groups"] for t in g["targets"]]
    found = pairs([t["name"] for t in targets], [t.name for t in draft.targets])
    right = sum(
        (draft.targets[j].figure or None) == targets[i]["figure"]
        and (targets[i]["figure"] is None or draft.targets[j].unit == targets[i]["unit"])
        for i, j in found
    )
    tasks = [t for area in gold["areas"] for t in area["tasks"]]
    told = pairs(tasks, [t.name for t in draft.tasks])
    contradicts = any(p.kind in ("count", "twice") for p in draft.problems)
    return Score(
        len(found),
        len(targets),
        len(draft.targets),
        right,
        len(told),
        len(tasks),
        len(draft.tasks),
        int(contradicts == gold["contradiction"]),
        1,
    )


def corpus(part: str, folder: Path = CORPUS) -> Score:
    """All documents of a part: dev, held … held9."""
    whole = Score()
    for path in sorted(folder.glob(f"{part}-*.txt")):
        whole.add(score(path))
    return whole


def _time(folder: Path) -> float:
    texts = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.txt"))]
    rates = []
    for _ in range(5):
        began = time.perf_counter()
        for text in texts:
            read_plan(text)
        rates.append((time.perf_counter() - began) / sum(map(len, texts)) * 10_000)
    return statistics.median(rates)


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS
    print(
        "| part | targets P | targets R | figures | tasks P | tasks R | contradictions |\n|---|---|---|---|---|---|---|"
    )
    for each in PARTS:
        print(f"| {each} | {corpus(each, place).line()} |")
    print(f"\n{_time(place) * 1000:.0f} ms per 10,000 characters")
