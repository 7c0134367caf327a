"""One demand against 100,000 or 1,000,000 achievements, beside raw tantivy and bm25s on the same texts.

    .venv/bin/python benchmarks/scale.py MATCHING_FOLDER ACHIEVEMENTS.jsonl… --vectors kept.npz [--size 100000]

The library is made of real abstracts: each further text is the first half of one and the second half
of another, its vector the middle of theirs with a little noise. Real libraries hold fewer words that
stand in several texts at once, and their vectors lie farther apart; so this one is harder to look
through and says nothing of quality. A demand is embedded before it is timed; the sentences of the
first five that are listed too, as they are once a page was opened.
"""

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
import tantivy

from kechuang.engines.matching import (
    Corpus,
    E5Embedder,
    LexicalIndex,
    Matcher,
    Offer,
    VectorStore,
    Want,
    read_want,
)
from kechuang.engines.matching.lexical import pairs
from kechuang.engines.matching.sense import Remembering

_PART = 20_000


def recombined(texts: Sequence[str], size: int) -> Iterator[tuple[str, int, int]]:
    """(text, place of its first half, place of its second half)."""
    dice = random.Random(1)
    for n in range(size):
        if n < len(texts):
            yield texts[n], n, n
            continue
        a, b = dice.randrange(len(texts)), dice.randrange(len(texts))
        yield texts[a][: len(texts[a]) // 2] + texts[b][len(texts[b]) // 2 :], a, b


def library(
    texts: Sequence[str], matrix: np.ndarray, size: int, folder: Path
) -> tuple[LexicalIndex, VectorStore, dict[str, str]]:
    index, held = LexicalIndex(folder), {}
    noise = np.random.default_rng(1)
    made = np.empty((size, matrix.shape[1]), dtype=np.float32)
    part: list[Offer] = []
    for n, (text, a, b) in enumerate(recombined(texts, size)):
        held[str(n)] = text
        both = (matrix[a] + matrix[b]) / 2 + noise.normal(0, 0.01, matrix.shape[1])
        made[n] = both / np.linalg.norm(both)
        part.append(Offer(id=str(n), title="", text=text))
        if len(part) == _PART or n == size - 1:
            index.write(part, [])
            part = []
    index.reload()
    return index, VectorStore([str(n) for n in range(size)], made), held


def timed(run: Callable[[Want], object], wants: Sequence[Want]) -> str:
    for want in wants:
        run(want)  # embeds what it needs
    taken = []
    for want in wants:
        start = time.perf_counter()
        run(want)
        taken.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(taken):.1f} | {statistics.quantiles(taken, n=20)[-1]:.1f}"


def raw_tantivy(held: Mapping[str, str]) -> Callable[[Want], object]:
    schema = tantivy.SchemaBuilder().add_text_field("words", tokenizer_name="whitespace").build()
    index = tantivy.Index(schema)
    writer = index.writer(256_000_000, 1)
    for text in held.values():
        writer.add_document(tantivy.Document(words=" ".join(pairs(text))))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def run(want: Want) -> object:
        words = dict.fromkeys(pairs(f"{want.title}。{want.text}"))
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", w)) for w in words
        ]
        return searcher.search(tantivy.Query.boolean_query(terms), 20, count=False).hits

    return run


def raw_bm25s(held: Mapping[str, str]) -> Callable[[Want], object]:
    retriever = bm25s.BM25()
    retriever.index([pairs(t) for t in held.values()], show_progress=False)

    def run(want: Want) -> object:
        words = dict.fromkeys(pairs(f"{want.title}。{want.text}"))
        known = [w for w in words if w in retriever.vocab_dict]
        return retriever.retrieve([known], k=20, show_progress=False)

    return run


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--size", type=int, default=100_000)
    options = parser.parse_args()
    lines = [x for f in options.files for x in f.read_text(encoding="utf-8").splitlines()]
    rows = {str(r["id"]): r["text"] for r in map(json.loads, lines)}
    stored = np.load(options.vectors)
    texts = [rows[str(i)] for i in stored["ids"]]
    told = (options.folder / "demands.jsonl").read_text(encoding="utf-8").splitlines()
    wants = [read_want(json.loads(x)) for x in told]
    embedder = Remembering(E5Embedder(threads=1))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        index, vectors, held = library(texts, stored["matrix"], options.size, Path(folder))
        built = time.perf_counter() - start

        def fetch(ids: Sequence[str]) -> Mapping[str, Offer]:
            return {i: Offer(id=i, title="", text=held[i]) for i in ids}

        corpus, matcher = Corpus(index, vectors, fetch), Matcher()

        print(f"{options.size} texts, {len(wants)} demands, built in {built:.0f} s\n")
        print("| one demand | p50 ms | p95 ms |\n|---|---|---|")
        whole = timed(lambda w: matcher.offers_for(w, corpus, embedder), wants)
        print(f"| Kechuang, words and sense, answers of the first ten | {whole} |", flush=True)
        quick = Matcher(explained=0)
        bare = timed(lambda w: quick.offers_for(w, corpus, embedder), wants)
        print(f"| the same without answers | {bare} |", flush=True)
        words = timed(lambda w: quick.offers_for(w, corpus, None), wants)
        print(f"| words only | {words} |", flush=True)
        print(f"| raw tantivy, ids | {timed(raw_tantivy(held), wants)} |", flush=True)
        if options.size <= 200_000:
            print(f"| bm25s, ids | {timed(raw_bm25s(held), wants)} |", flush=True)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{most} MB at most", flush=True)


if __name__ == "__main__":
    main()
