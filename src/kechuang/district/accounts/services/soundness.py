"""Whether the house stands as a house in use should: keys, names, TLS, mail, clock, disk, worker,
backup, administrators. What is missing is said, and what to do about it.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kechuang.district.accounts.models import User
from kechuang.district.accounts.queries import letters_in, outbox, users_with_role
from kechuang.district.core.keeping import last_backup
from kechuang.district.core.models import Delivery, Entry
from kechuang.district.core.worker import beats, last_alive
from kechuang.engines.base.sayings import Said

_SILENT = timedelta(minutes=5)  # a worker at work says so twice a minute
_BACKUP_OLD, _BACKUP_LOST = timedelta(days=2), timedelta(days=7)
_WAITS = timedelta(hours=1)
_GIB = 1024**3
_ROOM_LOW, _ROOM_NONE = 5 * _GIB, _GIB
_TIMESYNC = Path("/run/systemd/timesync")
# Django's own words about what is said below in ours
_SAID_BELOW = {f"security.W{n}" for n in ("004", "008", "009", "012", "016", "020")}


@dataclass(frozen=True)
class Finding:
    """What is amiss. A serious one is not to wait."""

    serious: bool
    words: Said


Look = Callable[[datetime], Iterator[Finding]]


def examine(at: datetime, *, reach_mail: bool = False) -> list[Finding]:
    """All that is amiss, the serious first.

    Args:
        reach_mail: Also knock at the mail server (it may take some seconds).
    """
    if pending := _pending():
        return [pending]
    looks: list[Look] = [_secret, _names, _tls, _clock, _disk, _at_work, _people, _mail]
    found = [finding for look in looks for finding in look(at)]
    found += [*_django(), *(_mail_server() if reach_mail else ())]
    return sorted(found, key=lambda f: not f.serious)


def _bad(code: str, **facts: object) -> Finding:
    return Finding(True, Said(code, **facts))


def _poor(code: str, **facts: object) -> Finding:
    return Finding(False, Said(code, **facts))


def _pending() -> Finding | None:
    plan = MigrationExecutor(connection)
    todo = plan.migration_plan(plan.loader.graph.leaf_nodes())
    return _bad("check.not_migrated", count=len(todo)) if todo else None


def _secret(at: datetime) -> Iterator[Finding]:
    key = settings.SECRET_KEY
    if len(key) < 50 or len(set(key)) < 5:
        yield _bad("check.key_weak")
    if settings.KECHUANG_DEMO:
        yield _poor("check.demo")


def _names(at: datetime) -> Iterator[Finding]:
    site = urlsplit(settings.KECHUANG_SITE)
    if "*" in settings.ALLOWED_HOSTS:
        yield _bad("check.any_host")
    if _is_local(site.hostname or ""):
        yield _bad("check.site_local", site=settings.KECHUANG_SITE)
    elif not any(_answers(site.hostname or "", name) for name in settings.ALLOWED_HOSTS):
        yield _bad("check.site_not_host", host=site.hostname)


def _answers(host: str, name: str) -> bool:
    """Whether a name of ALLOWED_HOSTS is that of a host: .example.org stands for all below it too."""
    whole = name.removeprefix(".")
    return name == "*" or host == whole or (name.startswith(".") and host.endswith(name))


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in ("", "localhost")


def _tls(at: datetime) -> Iterator[Finding]:
    site = urlsplit(settings.KECHUANG_SITE)
    if not settings.KECHUANG_HTTPS:
        yield _bad("check.https_off")
    elif site.scheme != "https":
        yield _bad("check.site_not_https", site=settings.KECHUANG_SITE)
    if settings.KECHUANG_PROXY == "*":
        yield _bad("check.any_proxy")


def clock_of_database() -> datetime | None:
    """What the database's machine takes for now; None where it is this machine (SQLite)."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def _clock(at: datetime) -> Iterator[Finding]:
    last = Entry.objects.order_by("-id").values_list("at", flat=True).first()
    if last and last > at + timedelta(minutes=1):
        yield _bad("check.clock_back", at=last.isoformat(timespec="seconds"))
    if there := clock_of_database():
        apart = abs((there - at).total_seconds())
        if apart > 5:
            yield _poor("check.clock_apart", seconds=round(apart))
    if _TIMESYNC.is_dir() and not (_TIMESYNC / "synchronized").exists():
        yield _poor("check.clock_not_kept")


def _disk(at: datetime) -> Iterator[Finding]:
    data = Path(settings.KECHUANG_DATA)
    free = shutil.disk_usage(data if data.exists() else data.parent).free
    if free < _ROOM_LOW:
        told = Said("check.disk", free=f"{free / _GIB:.1f}", folder=str(data))
        yield Finding(free < _ROOM_NONE, told)


def _at_work(at: datetime) -> Iterator[Finding]:
    known = beats()
    yield from _worker(at, last_alive(known))
    yield from _backup(at, last_backup(known))


def _worker(at: datetime, seen: datetime | None) -> Iterator[Finding]:
    if seen is None:
        yield _bad("check.worker_never")
    elif at - seen > _SILENT:
        yield _bad("check.worker_silent", minutes=int((at - seen).total_seconds() // 60))
    if stuck := Delivery.objects.filter(state="stuck").count():
        yield _poor("check.stuck", count=stuck)


def _backup(at: datetime, made: datetime | None) -> Iterator[Finding]:
    if made is None:
        yield _bad("check.backup_never")
    elif at - made > _BACKUP_OLD:
        yield Finding(at - made > _BACKUP_LOST, Said("check.backup_old", days=(at - made).days))


def _people(at: datetime) -> Iterator[Finding]:
    if not users_with_role("administrator").exists():
        yield _bad("check.no_administrator")
    demo = User.objects.filter(is_demo=True, is_active=True).count()
    if demo and not settings.KECHUANG_DEMO:
        yield _poor("check.demo_accounts", count=demo)


def _mail(at: datetime) -> Iterator[Finding]:
    if not settings.EMAIL_HOST:
        yield _bad("check.no_mail")
        return
    if settings.DEFAULT_FROM_EMAIL.endswith("@localhost"):
        yield _bad("check.mail_from", sender=settings.DEFAULT_FROM_EMAIL)
    if settings.EMAIL_HOST_PASSWORD and not settings.EMAIL_USE_TLS:
        yield _poor("check.mail_open")
    late = outbox().filter(letters_in("waiting"), created_at__lt=at - _WAITS).count()
    if late:
        yield _poor("check.mail_waits", count=late)


def _mail_server() -> Iterator[Finding]:
    if not settings.EMAIL_HOST:
        return
    server = get_connection()
    try:
        server.open()
    except (OSError, SMTPException) as e:
        told = f"{type(e).__name__}: {e}"[:200]
        yield _bad("check.mail_away", host=settings.EMAIL_HOST, words=told)
    finally:
        server.close()


def _django() -> Iterator[Finding]:
    """What Django and the libraries find themselves, in their words."""
    for told in run_checks(include_deployment_checks=True):
        if told.level >= WARNING and not told.is_silenced() and told.id not in _SAID_BELOW:
            words = Said("check.django", id=told.id or "", words=told.msg)
            yield Finding(told.is_serious(), words)
