"""The index: what each reader may find, counted and put in order inside one question.

A record has *faces*: the text that some readers see of it. A reader finds a record through the
first face that one of their keys opens, and through no other. What everybody may see stands in an
index of its own, whose word weights are the only ones that order anything: neither a count nor an
order tells of what somebody else wrote.
"""

import heapq
import json
import math
import re
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from .query import Asked, Unit
from .tokens import RUNS, characters, folded, is_chinese, numbers, pairs, words

VERSION = "1"  # raise it when the schema or the cutting changes; an older index is made anew
EVERYBODY = "all"
_HEAP = 32_000_000
_BODY = 20_000  # letters of a text that are kept
_WEIGHTS = {"title": 1.2, "keywords": 1.2, "body": 1.0}
_ALSO, _PAIRS, _NUMBER, _WHOLE = 0.3, 0.5, 12.0, 0.5
_MOST = 200_000
_RARE = 0.002  # share of the records that everybody sees
Q = tantivy.Query
Record = tuple[str, int]  # kind, primary key


@dataclass(frozen=True)
class Text:
    """The text of a record as some readers see it. ``numbers``: what it is called by offices."""

    title: str = ""
    keywords: tuple[str, ...] = ()
    body: str = ""
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Face:
    """What the holders of a key may find of a record, and by what it may be narrowed."""

    keys: frozenset[str]
    text: Text
    facets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    """A record with its faces, the fullest first."""

    kind: str
    pk: int
    faces: tuple[Face, ...]


@dataclass(frozen=True)
class Hit:
    """A record that was found, and the text through which."""

    kind: str
    pk: int
    score: float
    title: str
    body: str


@dataclass(frozen=True)
class Reader:
    """Who asks: the keys they hold, and what changed since it was indexed and is told to nobody."""

    keys: frozenset[str]
    changed: frozenset[Record] = frozenset()


def _schema() -> tantivy.Schema:
    made = tantivy.SchemaBuilder()
    made.add_text_field("record", stored=True, tokenizer_name="raw", index_option="basic")
    made.add_text_field("kind", fast=True, tokenizer_name="raw", index_option="basic")
    made.add_unsigned_field("pk", fast=True)
    for name in ("keys", "instead"):
        made.add_text_field(name, tokenizer_name="raw", index_option="basic")
    made.add_text_field("facets", fast=True, tokenizer_name="raw", index_option="basic")
    for name in _WEIGHTS:
        made.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    made.add_text_field("pairs", tokenizer_name="whitespace", index_option="position")
    for name in ("characters", "numbers"):
        made.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    made.add_text_field("told", stored=True, tokenizer_name="raw", index_option="basic")
    return made.build()


_SCHEMA = _schema()


def _term(field: str, value: str) -> tantivy.Query:
    return Q.term_query(_SCHEMA, field, value)


def _both(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return Q.boolean_query([(tantivy.Occur.Must, p) for p in parts])


def _either(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return Q.boolean_query([(tantivy.Occur.Should, p) for p in parts])


def _stands(text: str) -> tantivy.Query:
    """The text stands there as it is, wherever words are cut."""
    found: list[tantivy.Query] = []
    in_order = pairs(text)
    if len(in_order) == 1:
        run = in_order[0]
        alone = len(run) == 1 and is_chinese(run)
        return _term("characters" if alone else "pairs", run)
    if in_order:
        found.append(Q.phrase_query(_SCHEMA, "pairs", list(in_order)))
    return _both(found) if found else Q.empty_query()


def _any_field(word: str) -> tantivy.Query:
    return _either([_term(field, word) for field in _WEIGHTS])


def _unit(unit: Unit, typing: str) -> tantivy.Query:
    ways = [_stands(name) for name in unit.names]
    apart = words(unit.names[0])
    if len(apart) > 1 and not unit.numbers:  # its words, with others between them
        ways.append(_both([_any_field(w) for w in apart]))
    for number in unit.numbers:
        ways.append(_term("numbers", number))
        if len(number) >= 8 or (typing and unit.names[0].endswith(typing) and len(number) >= 2):
            ways.append(Q.regex_query(_SCHEMA, "numbers", re.escape(number) + ".*"))
    if unit.numbers:
        parts = [_stands(p) for p in RUNS.findall(unit.names[0])]
        if len(parts) > 1:
            ways.append(_both(parts))
    elif typing and unit.names[0] == typing and typing.isalnum() and len(typing) > 1:
        ways.append(Q.regex_query(_SCHEMA, "pairs", typing + ".*"))
    return _either(ways)


def _holds(
    asked: Asked, typing: bool, rare: Callable[[Unit], bool]
) -> list[tuple[tantivy.Occur, tantivy.Query]]:
    """What a record must have, whatever it is worth: so many units, or a rare one of several."""
    must, least = tantivy.Occur.Must, asked.least
    clauses: list[tuple[tantivy.Occur, tantivy.Query]] = []
    if asked.units:
        ways = {u: _unit(u, asked.last if typing else "") for u in asked.units}
        units = [(tantivy.Occur.Should, way) for way in ways.values()]
        enough = Q.boolean_query(units, minimum_number_should_match=least)
        alone = [way for u, way in ways.items() if 1 < least < len(units) and rare(u)]
        clauses.append((must, _either([enough, *alone])))
    clauses += [(must, _stands(p)) for p in asked.phrases]
    for name, value in asked.filters:
        pattern = re.escape(f"{name}={value}") + ".*"
        clauses.append((must, Q.regex_query(_SCHEMA, "facets", pattern)))
    clauses += [(tantivy.Occur.MustNot, _stands(w)) for w in asked.without]
    return clauses


class SearchIndex:
    """Two tantivy indexes: what everybody finds, and the rest. One writer; any number of readers.

    Args:
        folder: Where it is kept; None keeps it in memory.

    Raises:
        ValueError: What is kept there cannot be read.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.open_to_all = self._open("open")
        self.rest = self._open("rest")

    def _open(self, name: str) -> tantivy.Index:
        if self.folder is None:
            return tantivy.Index(_SCHEMA)
        place = self.folder / name
        place.mkdir(parents=True, exist_ok=True)
        index = tantivy.Index(_SCHEMA, path=str(place))
        index.reload()
        return index

    @staticmethod
    def remove(folder: Path) -> None:
        """Take an index away."""
        shutil.rmtree(folder, ignore_errors=True)

    def reload(self) -> None:
        """See what the writer has committed since."""
        self.open_to_all.reload()
        self.rest.reload()

    def write(self, entries: Iterable[Entry], gone: Iterable[Record] = ()) -> int:
        """Add or replace records, take others out, and commit. Returns how many were written."""
        writers = [i.writer(heap_size=_HEAP, num_threads=1) for i in (self.open_to_all, self.rest)]
        count = 0
        for kind, pk in gone:
            for writer in writers:
                writer.delete_documents_by_term("record", f"{kind}:{pk}")
        for entry in entries:
            for writer in writers:
                writer.delete_documents_by_term("record", f"{entry.kind}:{entry.pk}")
            fuller: set[str] = set()
            for face in entry.faces:
                writers[EVERYBODY not in face.keys].add_document(_document(entry, face, fuller))
                fuller |= face.keys
            count += 1
        for writer in writers:
            writer.commit()
            writer.wait_merging_threads()
        self.reload()
        return count

    def __len__(self) -> int:
        return int(self.open_to_all.searcher().num_docs + self.rest.searcher().num_docs)

    def counts(self, asked: Asked, reader: Reader, typing: bool = False) -> dict[str, int]:
        """Kind → how many records this reader finds."""
        return dict(self._told("kind", self._question(asked, reader, typing)))

    def facets(self, asked: Asked, reader: Reader, kind: str) -> dict[str, int]:
        """``field=value`` → how many records of a kind this reader finds with it."""
        return dict(self._told("facets", [*self._question(asked, reader, False), _of(kind)]))

    def _told(self, field: str, clauses: list[tuple[tantivy.Occur, tantivy.Query]]) -> Counter[str]:
        found: Counter[str] = Counter()
        wanted = {"n": {"terms": {"field": field, "size": 5000}}}
        for index in (self.open_to_all, self.rest):
            searcher = index.searcher()
            if searcher.num_docs:
                told = searcher.aggregate(Q.boolean_query(clauses), wanted)
                found.update({b["key"]: b["doc_count"] for b in told["n"]["buckets"]})
        return found

    def _question(
        self, asked: Asked, reader: Reader, typing: bool
    ) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """What must hold, with who asks inside it."""
        if not asked:
            return [(tantivy.Occur.Must, Q.empty_query())]
        keys = sorted({EVERYBODY, *reader.keys})
        clauses = [
            (tantivy.Occur.Must, Q.term_set_query(_SCHEMA, "keys", keys)),
            (tantivy.Occur.MustNot, Q.term_set_query(_SCHEMA, "instead", keys)),
            *_holds(asked, typing, self._rare),
        ]
        if reader.changed:
            records = [f"{kind}:{pk}" for kind, pk in sorted(reader.changed)]
            clauses.append((tantivy.Occur.MustNot, Q.term_set_query(_SCHEMA, "record", records)))
        return [
            (occur, Q.const_score_query(part, 0.0))
            if occur != tantivy.Occur.MustNot
            else (occur, part)
            for occur, part in clauses
        ]

    def _rare(self, unit: Unit) -> bool:
        """Whether few of the records that everybody sees hold a thing: then it says enough alone."""
        searcher = self.open_to_all.searcher()
        often = max(
            min((searcher.doc_freq(field, w) for w in words(unit.names[0])), default=0)
            for field in _WEIGHTS
        )
        return often <= _RARE * int(searcher.num_docs)

    def find(
        self, asked: Asked, reader: Reader, kind: str, limit: int, typing: bool = False
    ) -> list[Hit]:
        """The best records of a kind for this reader."""
        found = []
        for index, score, address in self._ranked(asked, reader, kind, limit, typing):
            told = json.loads(index.searcher().doc(address)["told"][0])
            found.append(Hit(kind, told["pk"], score, told["title"], told["body"]))
        return found

    def order(self, asked: Asked, reader: Reader, kind: str) -> list[int]:
        """Primary keys of all records of a kind that this reader finds, the best first."""
        found: list[int] = []
        ranked = self._ranked(asked, reader, kind, _MOST, False)
        keys: dict[int, list[int]] = {}
        for index in (self.open_to_all, self.rest):
            mine = [a for i, _, a in ranked if i is index]
            keys[id(index)] = index.searcher().fast_field_values("pk", mine) if mine else []
            keys[id(index)].reverse()
        for index, _, _ in ranked:
            found.append(keys[id(index)].pop())
        return found

    def _ranked(
        self, asked: Asked, reader: Reader, kind: str, limit: int, typing: bool
    ) -> list[tuple[tantivy.Index, float, tantivy.DocAddress]]:
        clauses = [*self._question(asked, reader, typing), _of(kind)]
        lists = []
        for index in (self.open_to_all, self.rest):
            searcher = index.searcher()
            if not searcher.num_docs:
                continue
            worth = self._worth(asked, by_rarity=index is self.rest)
            hits = searcher.search(Q.boolean_query([*clauses, *worth]), limit, count=False).hits
            lists.append([(index, float(score), address) for score, address in hits])
        return list(heapq.merge(*lists, key=lambda hit: -hit[1]))[:limit]

    def _worth(self, asked: Asked, by_rarity: bool) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """What puts records in order: BM25 by fields among what is everybody's; among the rest
        the rarity of a word in what is everybody's, for its own counts are nobody's business.
        """
        searcher = self.open_to_all.searcher()
        total = max(1, int(searcher.num_docs))

        def clause(field: str, word: str, weight: float) -> tuple[tantivy.Occur, tantivy.Query]:
            term = _term(field, word)
            if by_rarity:
                often = searcher.doc_freq(field, word)
                weight *= math.log(1 + (total - often + 0.5) / (often + 0.5))
                return tantivy.Occur.Should, Q.const_score_query(term, weight)
            return tantivy.Occur.Should, Q.boost_query(term, weight)

        clauses = []
        for weight, those in ((1.0, asked.words), (_ALSO, asked.also)):
            for word in dict.fromkeys(map(folded, those)):
                clauses += [clause(f, word, w * weight) for f, w in _WEIGHTS.items()]
        chinese = [p for p in dict.fromkeys(pairs(asked.text)) if is_chinese(p) and len(p) == 2]
        clauses += [clause("pairs", p, _PAIRS) for p in chinese[:64]]
        for unit in asked.units:
            for number in unit.numbers:
                exact = Q.const_score_query(_term("numbers", number), _NUMBER)
                clauses.append((tantivy.Occur.Should, exact))
        if asked.text and len(asked.units) <= 8:
            whole = Q.const_score_query(_stands(asked.text), _WHOLE)
            clauses.append((tantivy.Occur.Should, whole))
        return clauses

    def vocabulary(self, reader: Reader, begins: str, limit: int) -> list[tuple[str, int]]:
        """Words that begin so in what this reader may see, the most frequent first."""
        keys = sorted({EVERYBODY, *reader.keys})
        seen = [
            (tantivy.Occur.Must, Q.term_set_query(_SCHEMA, "keys", keys)),
            (tantivy.Occur.MustNot, Q.term_set_query(_SCHEMA, "instead", keys)),
        ]
        if reader.changed:
            records = [f"{kind}:{pk}" for kind, pk in sorted(reader.changed)]
            seen.append((tantivy.Occur.MustNot, Q.term_set_query(_SCHEMA, "record", records)))
        found: Counter[str] = Counter()
        for index in (self.open_to_all, self.rest):
            searcher = index.searcher()
            if searcher.num_docs:
                for field in _WEIGHTS:
                    terms = searcher.terms_with_prefix(
                        field, begins, filter_query=Q.boolean_query(seen), limit=limit
                    )
                    found.update({t: n for t, n in terms if n})
        return found.most_common(limit)


def _of(kind: str) -> tuple[tantivy.Occur, tantivy.Query]:
    return tantivy.Occur.Must, Q.const_score_query(_term("kind", kind), 0.0)


def _document(entry: Entry, face: Face, fuller: Collection[str]) -> tantivy.Document:
    text = face.text
    body = text.body[:_BODY]
    whole = " \n ".join([text.title, *text.keywords, body, *text.numbers])
    told: Mapping[str, object] = {"pk": entry.pk, "title": text.title, "body": body}
    made = tantivy.Document(
        record=f"{entry.kind}:{entry.pk}",
        kind=entry.kind,
        title=" ".join(words(text.title)),
        keywords=" ".join(words(" ".join(text.keywords))),
        body=" ".join(words(body)),
        pairs=" ".join(pairs(whole)),
        characters=" ".join(sorted(characters(whole))),
        numbers=" ".join(sorted(numbers(whole))),
        told=json.dumps(told, ensure_ascii=False),
    )
    made.add_unsigned("pk", entry.pk)
    for name, values in (("keys", face.keys), ("instead", fuller), ("facets", face.facets)):
        for value in sorted(values):
            made.add_text(name, value)
    return made
