"""Links that need no password. What opens one is reckoned from its row under the house's key, so
that neither the database nor a backup of it opens anything.
"""

import base64
import re
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "kechuang.link"
_LETTER, _SLIP = 32, 12  # characters of five bits: in a letter, and what a person copies from paper
_MISREAD = str.maketrans("018", "OIB")  # no code holds these figures


def new_nonce() -> str:
    """What a row keeps, so that its link differs from every other."""
    return secrets.token_urlsafe(18)[:24]


def token_of(purpose: str, pk: int, nonce: str, *, short: bool = False) -> str:
    """What a link carries; ``short`` is what stands on a printed slip: 17-K7QM-3T9P-XW2D."""
    made = salted_hmac(_SALT, f"{purpose}:{pk}:{nonce}", algorithm="sha256").digest()
    text = base64.b32encode(made).decode()
    if short:
        return f"{pk}-{'-'.join(re.findall('.{4}', text[:_SLIP]))}"
    return f"{pk}-{text[:_LETTER].lower()}"


def number_of(token: str) -> int | None:
    """The row that a link or a code speaks of; None for what is neither."""
    found = re.match(r"\s*(\d{1,18})-", token)
    return int(found[1]) if found else None


def opens(token: str, purpose: str, pk: int, nonce: str, *, short: bool = False) -> bool:
    """Whether a link or a code (as typed) is the one of this row."""
    wanted = token_of(purpose, pk, nonce, short=short)
    return constant_time_compare(_plain(token), _plain(wanted))


def _plain(token: str) -> str:
    number, _, rest = token.strip().partition("-")
    return f"{number}-{re.sub('[^A-Z2-7]', '', rest.upper().translate(_MISREAD))}"
