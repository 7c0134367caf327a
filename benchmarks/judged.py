"""Judged demands against their library: does the right achievement come first, and does the rest stay
off the list?

    .venv/bin/python benchmarks/judged.py MATCHING_FOLDER ACHIEVEMENTS.jsonl… [--vectors FILE.npz]

MATCHING_FOLDER holds demands.jsonl and judgments.tsv (grades 0 to 3). Beside ours, in the same run on
the same texts: BM25 over words (bm25s), BM25 over pairs of characters, the cosine of e5, and
reciprocal-rank fusion of words and e5 (k = 60). Vectors are made once and kept in FILE.
"""

import argparse
import csv
import json
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np

from kechuang.engines.matching import (
    Corpus,
    E5Embedder,
    Found,
    LexicalIndex,
    Matcher,
    Offer,
    VectorStore,
    Want,
    read_offer,
    read_want,
)
from kechuang.engines.matching.lexical import pairs
from kechuang.engines.text import cut

Grades = dict[str, dict[str, int]]


def ndcg(ranked: Sequence[str], grades: dict[str, int], first: int = 10) -> float:
    """Normalised discounted cumulative gain with gains 2^grade - 1."""

    def gain(row: Sequence[int]) -> float:
        return float(sum((2**g - 1) / np.log2(i + 2) for i, g in enumerate(row)))

    ideal = gain(sorted(grades.values(), reverse=True)[:first])
    return gain([grades.get(i, 0) for i in ranked[:first]]) / ideal if ideal else 0.0


def figures_of(ranked: dict[str, list[str]], wants: Sequence[Want], grades: Grades) -> list[float]:
    return [ndcg(ranked[w.id], grades[w.id]) for w in wants]


def say(
    name: str,
    ranked: dict[str, list[str]],
    wants: Sequence[Want],
    grades: Grades,
    hard: dict[str, str],
) -> list[float]:
    """One line of the table; returns the nDCG of each demand."""
    each = figures_of(ranked, wants, grades)
    by: dict[str, list[float]] = defaultdict(list)
    ranks, recall = [], []
    for want, value in zip(wants, each, strict=True):
        by[hard[want.id]].append(value)
        right = {a for a, g in grades[want.id].items() if g >= 2}
        place = next((n for n, a in enumerate(ranked[want.id], 1) if a in right), 0)
        ranks.append(1 / place if place else 0.0)
        if right:
            recall.append(len(right & set(ranked[want.id][:50])) / len(right))
    parts = " | ".join(f"{statistics.mean(by[k]):.3f}" for k in ("easy", "medium", "far"))
    print(
        f"| {name} | {statistics.mean(each):.3f} | {statistics.mean(ranks):.3f} | "
        f"{statistics.mean(r == 1 for r in ranks):.2f} | {statistics.mean(recall):.2f} | {parts} |",
        flush=True,
    )
    return each


def bootstrap(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How often ours is better when demands are drawn again, 10,000 times."""
    dice, n = random.Random(1), len(ours)
    apart = [a - b for a, b in zip(ours, theirs, strict=True)]
    return statistics.mean(
        sum(apart[dice.randrange(n)] for _ in range(n)) > 0 for _ in range(10_000)
    )


def by_bm25(
    texts: list[list[str]], ids: list[str], asked: dict[str, list[str]]
) -> dict[str, list[str]]:
    index = bm25s.BM25()
    index.index(texts, show_progress=False)
    found = {}
    for name, words in asked.items():
        known = [w for w in dict.fromkeys(words) if w in index.vocab_dict]
        order = np.argsort(-index.get_scores(known), kind="stable")[:1000]
        found[name] = [ids[i] for i in order]
    return found


def fused(*ranked: dict[str, list[str]]) -> dict[str, list[str]]:
    """Reciprocal-rank fusion, k = 60."""
    found = {}
    for name in ranked[0]:
        scores: dict[str, float] = defaultdict(float)
        for one in ranked:
            for place, identity in enumerate(one[name], 1):
                scores[identity] += 1 / (60 + place)
        found[name] = sorted(scores, key=lambda i: -scores[i])
    return found


def vectors_of(offers: Sequence[Offer], embedder: E5Embedder, kept: Path | None) -> VectorStore:
    ids = [o.id for o in offers]
    if kept and kept.exists():
        with np.load(kept) as stored:
            if stored["ids"].tolist() == ids:
                return VectorStore(ids, stored["matrix"])
    parts = []
    for start in range(0, len(offers), 64):
        parts.append(embedder.passages([o.whole for o in offers[start : start + 64]]))
        print(f"\r{start}/{len(offers)}", end="", flush=True)
    matrix = np.concatenate(parts)
    if kept:
        np.savez(kept, ids=np.array(ids), matrix=matrix)
    return VectorStore(ids, matrix)


def honest(
    runs: dict[str, Found], without: dict[str, Found], wants: Sequence[Want], grades: Grades
) -> None:
    """What is listed, and what is said when the right answers are gone."""
    listed = [(w.id, m) for w in wants for m in runs[w.id].listed]
    print("\n| said | listed | of them grade ≥ 2 | grade ≥ 1 |\n|---|---|---|---|")
    for name in ("strong", "possible"):
        of = [grades[w].get(m.id, 0) for w, m in listed if m.strength == name]
        if of:
            print(
                f"| {name} | {len(of)} | {statistics.mean(g >= 2 for g in of):.2f} | {statistics.mean(g >= 1 for g in of):.2f} |"
            )
    every = [grades[w].get(m.id, 0) for w, m in listed]
    print(
        f"| both | {len(every)} | {statistics.mean(g >= 2 for g in every):.2f} | {statistics.mean(g >= 1 for g in every):.2f} |"
    )
    with_answer = [w for w in wants if max(grades[w.id].values()) >= 2]
    found = [any(grades[w.id].get(m.id, 0) >= 2 for m in runs[w.id].listed) for w in with_answer]
    silent = [not without[w.id].listed for w in with_answer]
    print(
        f"\nright answer listed: {sum(found)} of {len(found)}; "
        f"with it taken out, 'nothing fits': {sum(silent)} of {len(silent)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--vectors", type=Path)
    options = parser.parse_args()
    rows = [json.loads(x) for f in options.files for x in f.read_text("utf-8").splitlines()]
    offers = [read_offer({k: v for k, v in r.items() if k != "field"}) for r in rows]
    asked = [
        json.loads(x) for x in (options.folder / "demands.jsonl").read_text("utf-8").splitlines()
    ]
    wants = [read_want({k: d[k] for k in ("id", "title", "text")}) for d in asked]
    hard = {d["id"]: d["difficulty"] for d in asked}
    grades: Grades = defaultdict(dict)
    with (options.folder / "judgments.tsv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            grades[row["demand"]][row["achievement"]] = int(row["grade"])
    embedder = E5Embedder()
    store = vectors_of(offers, embedder, options.vectors)
    index = LexicalIndex()
    index.write(offers)
    known = {o.id: o for o in offers}
    ids = [o.id for o in offers]
    corpus: Corpus[Offer] = Corpus(index, store, lambda these: {i: known[i] for i in these})
    words = by_bm25([cut(o.whole) for o in offers], ids, {w.id: cut(w.whole) for w in wants})
    both = by_bm25([pairs(o.whole) for o in offers], ids, {w.id: pairs(w.whole) for w in wants})
    plain = {}
    for w in wants:
        cosines = np.asarray(store.matrix) @ embedder.query(w.whole)
        plain[w.id] = [ids[i] for i in np.argsort(-cosines, kind="stable")[:1000]]
    matcher, runs, taken = Matcher(), {}, []
    for w in wants:
        start = time.process_time()
        runs[w.id] = matcher.offers_for(w, corpus, embedder)
        taken.append(time.process_time() - start)
    ours = {k: [m.id for m in f.candidates] for k, f in runs.items()}
    print(
        "| | nDCG@10 | MRR | first is right | recall@50 | easy | medium | far |\n|---|---|---|---|---|---|---|---|"
    )
    table = {
        name: say(name, ranked, wants, grades, hard)
        for name, ranked in (
            ("BM25 over words (bm25s)", words),
            ("BM25 over pairs (bm25s)", both),
            ("e5, cosine", plain),
            ("reciprocal-rank fusion of words and e5", fused(words, plain)),
            ("Kechuang", ours),
        )
    }
    best = max((v for k, v in table.items() if k != "Kechuang"), key=statistics.mean)
    print(f"\nbetter than the best of them in {bootstrap(table['Kechuang'], best):.1%} of draws")
    print(f"{statistics.median(taken) * 1000:.0f} ms a demand (median, processor time)")
    without = {}
    for w in wants:
        right = {a for a, g in grades[w.id].items() if g >= 2}
        fewer: Corpus[Offer] = Corpus(
            index, store, lambda these, gone=right: {i: known[i] for i in these if i not in gone}
        )
        without[w.id] = matcher.offers_for(w, fewer, embedder)
    honest(runs, without, wants, grades)


if __name__ == "__main__":
    main()
