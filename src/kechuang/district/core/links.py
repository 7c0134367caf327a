"""Links that need no password: what they carry is signed, and a nonce of the record makes them
one person's own.
"""

import secrets

from django.core import signing


def new_nonce() -> str:
    """What a record keeps so that only its own link opens it."""
    return secrets.token_urlsafe(18)[:24]


def seal(salt: str, pk: int, nonce: str) -> str:
    """What a link carries."""
    return signing.dumps([pk, nonce], salt=salt)


def unseal(salt: str, token: str) -> tuple[int, str] | None:
    """(pk, nonce) of an unbroken link of this kind; None for anything else."""
    try:
        pk, nonce = signing.loads(token, salt=salt)
        return int(pk), str(nonce)
    except (signing.BadSignature, ValueError, TypeError):
        return None
