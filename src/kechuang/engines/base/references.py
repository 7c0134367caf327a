"""How an organisation is written: by its credit code, or by its name where no code is known."""

NAMED = "无代码："


def by_name(name: str) -> str:
    """The reference of an organisation of which only the name is known.

    >>> by_name("某公司"), name_in("无代码:某公司"), name_in("91120112MA0000000X")
    ('无代码：某公司', '某公司', '')
    """
    return f"{NAMED}{name}"


def name_in(reference: str) -> str:
    """The name in such a reference; "" in a credit code."""
    plain = reference.replace(":", "：")
    return plain.removeprefix(NAMED).strip() if plain.startswith(NAMED) else ""
