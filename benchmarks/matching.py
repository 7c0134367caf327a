"""Index 12,182 abstracts and match with reasons, beside raw tantivy and bm25s on the same words,
in one run.

    .venv/bin/python benchmarks/matching.py ACHIEVEMENTS.jsonl… [--queries 200] [--embed 600]

Known items: a paper's title is the query, its abstract (without the title) the document to be
found.
Fused figures run over the first --embed documents (embedding all 12,182 takes about 20 minutes
here).
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import bm25s
import tantivy

from kechuang.engines.matching import (
    Corpus,
    E5Embedder,
    LexicalIndex,
    Matcher,
    Offer,
    VectorStore,
    Want,
    read_offer,
)
from kechuang.engines.matching.lexical import words_of
from kechuang.engines.text import cut

Ranker = Callable[[str], list[str]]


def timed(rank: Ranker, queries: Iterable[Offer]) -> tuple[list[float], float]:
    """(milliseconds of each query, mean reciprocal rank within ten)."""
    taken, ranks = [], []
    for wanted in queries:
        start = time.perf_counter()
        found = rank(wanted.title)[:10]
        taken.append((time.perf_counter() - start) * 1000)
        ranks.append(1 / (found.index(wanted.id) + 1) if wanted.id in found else 0.0)
    return taken, statistics.mean(ranks)


def say(name: str, taken: list[float], mrr: float) -> None:
    p50, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    print(f"| {name} | {p50:.2f} | {p95:.2f} | {mrr:.3f} |", flush=True)


def raw_tantivy(documents: list[Offer], words: dict[str, list[str]]) -> tuple[float, Ranker]:
    start = time.perf_counter()
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("id", stored=True, tokenizer_name="raw")
        .add_text_field("words", tokenizer_name="whitespace")
        .build()
    )
    index = tantivy.Index(schema)
    writer = index.writer(64_000_000, 1)
    for d in documents:
        writer.add_document(tantivy.Document(id=d.id, words=" ".join(words[d.id])))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    taken = time.perf_counter() - start
    searcher = index.searcher()

    def rank(text: str) -> list[str]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", w))
            for w in dict.fromkeys(cut(text))
        ]
        hits = searcher.search(tantivy.Query.boolean_query(terms), 10).hits
        return [searcher.doc(a)["id"][0] for _, a in hits]

    return taken, rank


def raw_bm25s(documents: list[Offer], words: dict[str, list[str]]) -> tuple[float, Ranker]:
    start = time.perf_counter()
    retriever = bm25s.BM25()
    retriever.index([words[d.id] for d in documents], show_progress=False)
    taken = time.perf_counter() - start
    ids = [d.id for d in documents]

    def rank(text: str) -> list[str]:
        found, _ = retriever.retrieve([list(dict.fromkeys(cut(text)))], k=10, show_progress=False)
        return [ids[i] for i in found[0]]

    return taken, rank


def ours(
    documents: list[Offer], vectors: VectorStore, embedder: E5Embedder | None
) -> tuple[float, Ranker]:
    start = time.perf_counter()
    index = LexicalIndex()
    index.write(documents)
    taken = time.perf_counter() - start
    known = {d.id: d for d in documents}
    corpus: Corpus[Offer] = Corpus(index, vectors, lambda ids: {i: known[i] for i in ids})
    matcher = Matcher()

    def rank(text: str) -> list[str]:
        found = matcher.offers_for(Want(id="w", title=text), corpus, embedder)
        return [m.id for m in found.candidates]

    return taken, rank


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--embed", type=int, default=600)
    options = parser.parse_args()
    rows = [
        json.loads(line)
        for f in options.files
        for line in f.read_text(encoding="utf-8").splitlines()
    ]
    titled = [read_offer(r) for r in rows]
    documents = [replace(o, title="", keywords=()) if o.text else o for o in titled]
    dice = random.Random(1)
    queries = dice.sample([o for o in titled if o.title and o.text], options.queries)
    start = time.perf_counter()
    words = {d.id: words_of(d) for d in documents}
    cutting = time.perf_counter() - start
    print(
        f"{len(documents)} texts; cutting into words {cutting:.2f} s (in our index build included)\n"
    )
    built: list[tuple[str, float, Ranker]] = [
        ("raw tantivy", *raw_tantivy(documents, words)),
        ("bm25s", *raw_bm25s(documents, words)),
        ("Kechuang, words with reasons", *ours(documents, VectorStore.empty(), None)),
    ]
    for name, taken, _ in built:
        print(f"index build, {name}: {taken:.2f} s")
    print("\n| match | p50 ms | p95 ms | MRR@10 |\n|---|---|---|---|")
    for name, _, rank in built:
        say(name, *timed(rank, queries))
    part = documents[: options.embed]
    embedder = E5Embedder()
    start = time.perf_counter()
    vectors = VectorStore([d.id for d in part], embedder.passages([d.whole for d in part]))
    print(
        f"\n{len(part)} texts embedded in {time.perf_counter() - start:.0f} s\n\n| match over {len(part)} texts | p50 ms | p95 ms | MRR@10 |\n|---|---|---|---|"
    )
    known = {d.id for d in part}
    few = [o for o in titled if o.id in known and o.title][: options.queries]
    for name, rank in (
        ("raw tantivy", raw_tantivy(part, words)[1]),
        ("bm25s", raw_bm25s(part, words)[1]),
        ("Kechuang, words", ours(part, VectorStore.empty(), None)[1]),
        ("Kechuang, fused", ours(part, vectors, embedder)[1]),
    ):
        say(name, *timed(rank, few))


if __name__ == "__main__":
    main()
