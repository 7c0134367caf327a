"""Search an open library beside raw tantivy and bm25s over the same words, in one run.

    .venv/bin/python benchmarks/search.py ACHIEVEMENTS.jsonl… [--queries 2000]

Two trials over every text with a title. *Known item*: the title is the question, the abstract
alone is kept. *Keywords*: the paper's keywords are the question, title and abstract are kept. Our
own question runs whole: understood, with the least that a record must have, and with the reader's
keys inside it; a hundredth of the texts is kept for others only.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import tantivy

from kechuang.engines.search import (
    Entry,
    Face,
    Reader,
    SearchIndex,
    Synonyms,
    Text,
    fitting,
    understand,
)
from kechuang.engines.text import cut

Ranker = Callable[[str], list[int]]
Row = dict[str, Any]
LEXICON = Path(__file__).parents[1] / "books/national/lexicon.txt"


def raw_tantivy(texts: Sequence[list[str]]) -> Ranker:
    schema = (
        tantivy.SchemaBuilder()
        .add_unsigned_field("id", stored=True)
        .add_text_field("words", tokenizer_name="whitespace")
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(64_000_000, 1)
    for place, words in enumerate(texts):
        writer.add_document(tantivy.Document(id=place, words=" ".join(words)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> list[int]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", w))
            for w in dict.fromkeys(cut(text))
        ]
        hits = searcher.search(tantivy.Query.boolean_query(terms), 10, count=False).hits
        return [searcher.doc(a)["id"][0] for _, a in hits]

    return rank


def raw_bm25s(texts: Sequence[list[str]]) -> Ranker:
    retriever = bm25s.BM25()
    retriever.index(list(texts), show_progress=False)

    def rank(text: str) -> list[int]:
        asked = [w for w in dict.fromkeys(cut(text)) if w in retriever.vocab_dict]
        if not asked:
            return []
        found, _ = retriever.retrieve([asked], k=10, show_progress=False)
        return [int(i) for i in found[0]]

    return rank


def ours(rows: Sequence[tuple[str, str]]) -> Ranker:
    index, reader = SearchIndex(), Reader(frozenset({"desk:broker", "org:7"}))
    everybody, few = frozenset({"all"}), frozenset({"org:8"})
    index.write(
        Entry("achievements", place, (Face(everybody, Text(title, (), text)),))
        for place, (title, text) in enumerate(rows)
    )
    index.write(
        Entry("achievements", len(rows) + n, (Face(few, Text(*rows[n * 100][:1], (), rows[n][1])),))
        for n in range(len(rows) // 100)
    )
    synonyms = Synonyms.read(LEXICON.read_text(encoding="utf-8").splitlines())

    def rank(text: str) -> list[int]:
        asked = understand(text, synonyms)
        asked = fitting(asked, lambda a: index.counts(a, reader).get("achievements", 0))
        return [hit.pk for hit in index.find(asked, reader, "achievements", 10)]

    return rank


def trial(name: str, kept: Sequence[tuple[str, str]], asked: Sequence[tuple[int, str]]) -> None:
    words = [cut(f"{title} {text}") for title, text in kept]
    rankers = {"raw tantivy": raw_tantivy(words), "bm25s": raw_bm25s(words)}
    print(f"\n{name}: {len(kept)} texts, {len(asked)} questions\n")
    print("| search | MRR@10 | recall@10 | p50 ms | p95 ms |\n|---|---|---|---|---|")
    for title, rank in {**rankers, "Kechuang, with counts": ours(kept)}.items():
        taken, ranks = [], []
        for wanted, text in asked:
            start = time.process_time()
            found = rank(text)
            taken.append((time.process_time() - start) * 1000)
            ranks.append(1 / (found.index(wanted) + 1) if wanted in found else 0.0)
        mrr, recall = statistics.mean(ranks), statistics.mean(r > 0 for r in ranks)
        p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
        print(f"| {title} | {mrr:.4f} | {recall:.4f} | {p50:.2f} | {p95:.2f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--queries", type=int, default=2000)
    options = parser.parse_args()
    lines = [line for f in options.files for line in f.read_text(encoding="utf-8").splitlines()]
    rows: list[Row] = list({r["id"]: r for r in map(json.loads, lines)}.values())
    titled = [n for n, r in enumerate(rows) if r.get("keywords") and r.get("title")]
    chosen = random.Random(1).sample(titled, min(options.queries, len(titled)))
    bare = [("", r["text"]) for r in rows]
    trial("known item", bare, [(n, rows[n]["title"]) for n in chosen])
    whole = [(r.get("title") or "", r["text"]) for r in rows]
    told = [(n, " ".join(rows[n]["keywords"])) for n in chosen if rows[n].get("keywords")]
    trial("keywords", whole, told)


if __name__ == "__main__":
    main()
