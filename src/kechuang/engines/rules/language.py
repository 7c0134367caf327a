"""The formula language: one line in Chinese names, parsed by Python's own parser through a
whitelist.

    若(资源库内, 取小(四舍五入(当年付息 × 贴息比例), 贴息上限), 0元)

Full-width forms are accepted. A literal carries its unit; a plain number is 倍. Nothing but
arithmetic, comparison,
且 或 非 and the functions of ``FUNCTIONS`` can be said.
"""

import ast
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from kechuang.engines.base.errors import Invalid

from .values import NUMBERED

FUNCTIONS = {
    "若": 3,
    "取大": 0,
    "取小": 0,
    "分档": 2,
    "四舍五入": 1,
    "舍去": 1,
    "合计": 0,
    "计数": 0,
}
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<number>\d[\d_]*(?:\.\d+)?\s*(?P<scale>[万亿])?(?P<unit>{NUMBERED})?)"
    r"|(?P<name>[A-Za-z_\u3400-\u9fff][\w\u3400-\u9fff]*)|(?P<op>>=|<=|==|!=|[-+*/×÷≥≤><=≠(),−])"
)
_OPS = {"×": "*", "÷": "/", "≥": ">=", "≤": "<=", "=": "==", "≠": "!=", "−": "-"}
_WORDS = {"且": "and", "或": "or", "非": "not"}
LONGEST = 2_000
LONGEST_NUMBER = 60


@dataclass(frozen=True)
class Literal:
    """A number of the text with its unit; money in fen, shares as fractions."""

    value: Fraction
    unit: str


@dataclass(frozen=True)
class Name:
    """An input, a parameter or another rule."""

    name: str


@dataclass(frozen=True)
class Apply:
    """An operator or function on its arguments.

    ``op``: + - * / >= <= > < == != and or not neg, or a function.
    """

    op: str
    args: tuple["Node", ...]


Node = Literal | Name | Apply


@lru_cache(maxsize=65_536)
def quantity(text: str) -> tuple[Fraction, str]:
    """A number with its unit: ``5000万元`` → (5 000 000 000 fen, 元), ``60%`` → (3/5, %), ``3`` →
    (3, 倍).

    Raises:
        Invalid: Not a number with a known unit.
    """
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    found = re.fullmatch(rf"(-?\d[\d,_]*(?:\.\d+)?)\s*([万亿])?({NUMBERED})?", plain)
    if not found or len(plain) > LONGEST_NUMBER:
        raise Invalid("rules.quantity", "value", text=str(text)[:40])
    return scaled(found[1], found[2] or "", found[3] or "倍")


def scaled(number: str, scale: str, unit: str) -> tuple[Fraction, str]:
    """Digits, 万 or 亿, and unit, in the unit's own count."""
    value = Fraction(re.sub("[,_]", "", number)) * {"": 1, "万": 10**4, "亿": 10**8}[scale]
    if unit == "元":
        return value * 100, unit
    return (value / 100 if unit == "%" else value), unit


def parse(text: str) -> Node:
    """A formula as a tree.

    Raises:
        Invalid: In the author's own words, with what stands at the place.
    """
    plain = unicodedata.normalize("NFKC", text)
    if len(plain) > LONGEST:
        raise Invalid("rules.long", "formula", most=LONGEST)
    code, table = _translate(plain)
    try:
        tree = ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as e:
        near = _near(code, getattr(e, "offset", None) or len(code), table)
        raise Invalid("rules.syntax", "formula", near=near) from e
    return _node(tree, table)


_Table = dict[str, tuple[str, Node]]


def _translate(plain: str) -> tuple[str, _Table]:
    parts: list[str] = []
    table: _Table = {}
    at = 0
    while at < len(plain):
        found = _TOKEN.match(plain, at)
        if not found:
            raise Invalid("rules.symbol", "formula", symbol=plain[at])
        at = found.end()
        word = found[0]
        if found["number"]:
            digits = re.match(r"[\d_.]+", word)
            assert digits
            value, unit = scaled(digits[0], found["scale"] or "", found["unit"] or "倍")
            parts.append(_keep(table, word, Literal(value, unit)))
        elif (found["name"] and word not in _WORDS and word not in FUNCTIONS) or (
            found["name"] and word in FUNCTIONS
        ):
            parts.append(_keep(table, word, Name(word)))
        else:
            parts.append(f" {_WORDS.get(word, _OPS.get(word, word))} ")
    return "".join(parts).strip(), table


def _keep(table: _Table, word: str, node: Node) -> str:
    key = f"_{len(table)}_"
    table[key] = (word, node)
    return f" {key} "


def _near(code: str, offset: int, table: _Table) -> str:
    stretch = code[max(0, offset - 14) : offset + 8]
    whole = re.sub(r"_\d+_", lambda m: table[m[0]][0] if m[0] in table else "", stretch)
    return re.sub(r"\s+", " ", whole).strip() or code[-8:]


_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE = {ast.GtE: ">=", ast.LtE: "<=", ast.Gt: ">", ast.Lt: "<", ast.Eq: "==", ast.NotEq: "!="}


def _node(tree: ast.expr, table: _Table) -> Node:
    if isinstance(tree, ast.Name) and tree.id in table:
        word, node = table[tree.id]
        if word in FUNCTIONS:
            raise Invalid("rules.function_bare", "formula", word=word)
        return node
    if isinstance(tree, ast.BinOp) and type(tree.op) in _BINARY:
        return Apply(_BINARY[type(tree.op)], (_node(tree.left, table), _node(tree.right, table)))
    if isinstance(tree, ast.BoolOp):
        op = "and" if isinstance(tree.op, ast.And) else "or"
        return Apply(op, tuple(_node(v, table) for v in tree.values))
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.Not, ast.USub)):
        return Apply(
            "not" if isinstance(tree.op, ast.Not) else "neg", (_node(tree.operand, table),)
        )
    if isinstance(tree, ast.Compare):
        if len(tree.ops) > 1:
            raise Invalid("rules.chain", "formula")
        return Apply(
            _COMPARE[type(tree.ops[0])],
            (_node(tree.left, table), _node(tree.comparators[0], table)),
        )
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
        return _call(tree, table)
    raise Invalid("rules.whitelist", "formula")


def _call(tree: ast.Call, table: _Table) -> Node:
    assert isinstance(tree.func, ast.Name)
    word = table[tree.func.id][0] if tree.func.id in table else tree.func.id
    if word not in FUNCTIONS:
        raise Invalid("rules.function", "formula", word=word, options=list(FUNCTIONS))
    wanted = FUNCTIONS[word]
    if wanted and len(tree.args) != wanted:
        raise Invalid("rules.arguments", "formula", word=word, wanted=wanted, count=len(tree.args))
    if not tree.args:
        raise Invalid("rules.arguments_empty", "formula", word=word)
    args = tuple(_node(a, table) for a in tree.args)
    if word == "分档" and not isinstance(args[1], Name):
        raise Invalid("rules.tier", "formula")
    return Apply(word, args)
