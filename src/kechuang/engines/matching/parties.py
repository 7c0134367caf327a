"""The two parties of a match, as plain facts; and how they are read from JSON."""

from collections.abc import Mapping
from dataclasses import dataclass

from kechuang.engines.base.errors import Invalid
from kechuang.engines.base.numbers import parse_whole

MODES: Mapping[str, str] = {
    "transfer": "转让",
    "licence": "许可",
    "equity": "作价入股",
    "development": "合作开发",
    "consulting": "技术咨询",
    "service": "技术服务",
}
_MODE_BY_WORD = {word: mode for mode, word in MODES.items()} | {mode: mode for mode in MODES}
_MODE_BY_WORD |= {
    "入股": "equity",
    "作价投资": "equity",
    "委托开发": "development",
    "开发": "development",
    "技术转让": "transfer",
    "技术许可": "licence",
    "咨询": "consulting",
    "服务": "service",
}


@dataclass(frozen=True, kw_only=True)
class _Party:
    id: str
    title: str
    text: str = ""
    keywords: tuple[str, ...] = ()
    field: str = ""
    trl: int | None = None
    modes: frozenset[str] = frozenset()

    @property
    def whole(self) -> str:
        """Title, keywords and text as one text, for cutting and embedding."""
        return "。".join(part for part in (self.title, "，".join(self.keywords), self.text) if part)


@dataclass(frozen=True, kw_only=True)
class Offer(_Party):
    """An achievement. ``price_fen`` None: to be negotiated."""

    price_fen: int | None = None


@dataclass(frozen=True, kw_only=True)
class Want(_Party):
    """A demand. ``trl`` is the least maturity wanted; ``budget_fen`` None: to be negotiated."""

    budget_fen: int | None = None


def parse_mode(value: object, field: str = "modes") -> str:
    """A mode by its code or its Chinese word.

    Raises:
        Invalid: Unknown; the proposals are the words there are.
    """
    mode = _MODE_BY_WORD.get(str(value).strip())
    if mode is None:
        words = "、".join(MODES.values())
        raise Invalid("mode", field, proposals=tuple(MODES.values()), value=value, options=words)
    return mode


def parse_trl(value: object, field: str = "trl") -> int | None:
    """A maturity level 1 to 9 ("6", "TRL 6", "6级"), or None when empty."""
    text = str(value if value is not None else "").strip().upper()
    text = text.removeprefix("TRL").removesuffix("级").removesuffix(".0").strip()
    if not text:
        return None
    level = parse_whole(text, 9)
    if level:
        return level
    raise Invalid("trl", field, proposals=tuple(str(n) for n in range(1, 10)), value=value)


def _text(row: Mapping[str, object], key: str, *, required: bool = False) -> str:
    value = row.get(key, "")
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Invalid("party.not_text", key, key=key, kind=type(value).__name__)
    if required and not value.strip():
        raise Invalid("party.missing", key, key=key)
    return value


def _list(row: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = row.get(key) or []
    if isinstance(value, str):
        value = [v for v in value.replace("；", ";").replace("，", ";").split(";") if v.strip()]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise Invalid("party.not_list", key, key=key)
    return tuple(v.strip() for v in value)


def _fen(row: Mapping[str, object], key: str) -> int | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = parse_whole(value, 10**17)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Invalid("party.not_whole", key, key=key, value=value)
    return value


def _common(row: Mapping[str, object]) -> dict[str, object]:
    identity = row.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not identity.strip():
        raise Invalid("party.id_missing", "id")
    return {
        "id": identity,
        "title": _text(row, "title", required="text" not in row or not row["text"]),
        "text": _text(row, "text"),
        "keywords": _list(row, "keywords"),
        "field": _text(row, "field"),
        "trl": parse_trl(row.get("trl")),
        "modes": frozenset(parse_mode(m) for m in _list(row, "modes")),
    }


def read_offer(row: Mapping[str, object]) -> Offer:
    """An achievement from ``{"id", "title", "text", "keywords": [], "field"?, "trl"?,
    "price_fen"?, "modes"?}``.

    Raises:
        Invalid: Names the field.
    """
    return Offer(**_common(row), price_fen=_fen(row, "price_fen"))  # type: ignore[arg-type]


def read_want(row: Mapping[str, object]) -> Want:
    """A demand, as `read_offer`, with ``budget_fen``."""
    return Want(**_common(row), budget_fen=_fen(row, "budget_fen"))  # type: ignore[arg-type]
