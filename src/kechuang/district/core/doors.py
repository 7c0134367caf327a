"""Limits on doors that cost work, counted in the database: however many processes serve, a caller
has one count. (A cache that several processes share and that counts in one step would be a second
server to run; Django's own caches are either of one process, or count in two steps.)
"""

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from kechuang.engines.base.errors import TooMany

from .models import Knock


def knock(door: str, who: str, at: datetime) -> None:
    """Count one more of a caller at a door.

    Args:
        who: An address, or a person: counted under a digest.

    Raises:
        TooMany: More than the door's limit in this stretch of time; says when the next begins.
    """
    limit = settings.KECHUANG_LIMITS.get(door)
    if limit is None:
        return
    most, seconds = limit
    stretch, gone = divmod(int(at.timestamp()), seconds)
    if _count(door, _digest(who), stretch, (stretch + 1) * seconds) > most:
        raise TooMany("door.too_many", seconds=seconds - gone)


def _digest(who: str) -> str:
    return salted_hmac("kechuang.door", who, algorithm="sha256").hexdigest()[:32]


def _count(door: str, who: str, stretch: int, end: int) -> int:
    """One more, in one statement: two at once are two."""
    table = connection.ops.quote_name(Knock._meta.db_table)
    sql = (
        f"INSERT INTO {table} (door, who, stretch, ends_at, count) "  # noqa: S608 - our own table
        "VALUES (%s, %s, %s, %s, 1) ON CONFLICT (door, who, stretch) "
        f"DO UPDATE SET count = {table}.count + 1 RETURNING count"
    )
    ends_at = connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(end, UTC))
    with connection.cursor() as cursor:
        cursor.execute(sql, [door, who, stretch, ends_at])
        return int(cursor.fetchone()[0])


def forget(at: datetime) -> int:
    """Drop the counts of stretches that have ended."""
    return Knock.objects.filter(ends_at__lt=at).delete()[0]
