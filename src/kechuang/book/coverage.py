"""docs/books.md: what the books cover, made from the books themselves."""

from kechuang.engines.rules import UNPUBLISHED, Policy

from .schemas import Book


def coverage(book: Book) -> str:
    """Rules, clauses, examples and unverified figures of every policy in a book and those it
    extends, as Markdown.
    """
    lines = [
        "# What the books cover",
        "",
        "Made by `kechuang book cover books/jinnan`; do not edit. A figure is *verified* when it was read in an official text or in copies that agree.",
        "",
        "| policy | book | number | in force | rules | clauses | parameters | not verified | not published | examples |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    policies = list(book.policies.values())
    lines += [_row(p) for p in policies]
    lines += ["", "## Figures not verified", ""]
    for policy in policies:
        for parameter in policy.parameters.values():
            if not parameter.checked:
                lines.append(
                    f"- **{parameter.name}** ({policy.title}, {parameter.source}): {parameter.note}"
                )
    return "\n".join(lines) + "\n"


def _force(policy: Policy) -> str:
    """From which day to which; an end whose day was not read is the latest it can be."""
    if policy.end is None:
        return f"{policy.start}–"
    return f"{policy.start}–{'' if policy.end_exact else 'by '}{policy.end}"


def _row(policy: Policy) -> str:
    given = list(policy.parameters.values())
    unknown = sum(any(v == UNPUBLISHED for _, v in p.versions) for p in given)
    clauses = {p.clause for p in given} | {r.clause for r in policy.rules.values()}
    cells = (
        policy.title,
        policy.book,
        "；".join(policy.numbers),
        _force(policy),
        len(policy.rules),
        len(clauses),
        len(given),
        sum(not p.checked for p in given),
        unknown,
        len(policy.cases),
    )
    return "| " + " | ".join(str(c) for c in cells) + " |"
