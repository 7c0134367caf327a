"""What makes a repeat harmless: the same person, place, words and key are one act."""

import hashlib
import json
from typing import Any

from kechuang.district.core.actor import Actor


def once(actor: Actor, place: str, key: str, said: Any) -> str:
    """The ledger's key of one act; "" where none was given. ``said``: JSON-able, what was sent."""
    if not key:
        return ""
    whole = json.dumps([actor.id, place, key, said], ensure_ascii=False)
    return f"form:{hashlib.sha256(whole.encode()).hexdigest()}"
