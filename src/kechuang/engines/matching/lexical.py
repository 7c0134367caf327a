"""The index of what is written, over tantivy: pairs of characters in, candidates by BM25 out.

Pairs of neighbouring characters find more than words do: no dictionary knows the terms of a trade,
and a pair survives where two writers cut a phrase differently (docs/benchmarks.md has both).
Kept beside the database or in memory.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import tantivy

from kechuang.engines.text import comparable, cut

from .parties import _Party

_VERSION = "2"  # raise it when the schema or the cutting changes; an older index is rebuilt
_HEAP = 64_000_000


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    builder.add_text_field("words", stored=False, tokenizer_name="whitespace")
    return builder.build()


_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")


def pairs(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, and Latin words and numbers as they are.

    >>> pairs("锂电池 BMS")
    ['锂电', '电池', 'bms']
    """
    found: list[str] = []
    for run in _RUN.findall(comparable(text)):
        if run[0] < "\u3400":
            found.append(run)
        else:
            found += [run[i : i + 2] for i in range(len(run) - 1)] or [run]
    return found


def words_of(party: _Party) -> list[str]:
    """The words of a party; title and keywords stand for themselves and count once more."""
    return cut(party.title) + cut(" ".join(party.keywords)) + cut(party.whole)


class LexicalIndex:
    """An index of one kind of party (achievements or demands). One writer; any number of readers.

    Args:
        folder: Where it is kept; None keeps it in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.schema = _schema()
        if folder is None:
            self.index = tantivy.Index(self.schema)
        else:
            self.index = self._open(folder)
        self.index.reload()

    def _open(self, folder: Path) -> tantivy.Index:
        mark = folder / "version"
        if folder.exists() and (not mark.exists() or mark.read_text() != _VERSION):
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(_VERSION)
        return tantivy.Index(self.schema, path=str(folder))

    def write(self, parties: Iterable[_Party], removed: Sequence[str] = ()) -> int:
        """Add or replace parties, remove ids, and commit. Returns how many were written."""
        writer = self.index.writer(heap_size=_HEAP, num_threads=1)
        count = 0
        for identity in removed:
            writer.delete_documents_by_term("id", identity)
        for party in parties:
            writer.delete_documents_by_term("id", party.id)
            writer.add_document(tantivy.Document(id=party.id, words=" ".join(pairs(party.whole))))
            count += 1
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()
        return count

    def clear(self) -> None:
        """Forget every document."""
        writer = self.index.writer(heap_size=_HEAP, num_threads=1)
        writer.delete_all_documents()
        writer.commit()
        self.index.reload()

    def reload(self) -> None:
        """See what the writer has committed since."""
        self.index.reload()

    def __len__(self) -> int:
        return int(self.index.searcher().num_docs)

    def search(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """The best ``limit`` ids with their BM25 score, for a bag of words."""
        distinct = list(dict.fromkeys(words))[:256]
        searcher = self.index.searcher()
        if not distinct or not searcher.num_docs:
            return []
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self.schema, "words", w))
            for w in distinct
        ]
        hits = searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        return [(searcher.doc(address)["id"][0], float(score)) for score, address in hits]

    def document_frequencies(self, words: Iterable[str]) -> dict[str, int]:
        """In how many documents each word stands."""
        searcher = self.index.searcher()
        return {w: int(searcher.doc_freq("words", w)) for w in set(words)}
