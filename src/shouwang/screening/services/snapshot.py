"""Taking a snapshot: PostgreSQL to Parquet by Arrow, under the batch role, counted twice."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote

import adbc_driver_postgresql.dbapi as adbc
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connections
from django.db.models import Max, Q

from shouwang.engine import manifest_write
from shouwang.kit.errors import Refusal
from shouwang.people.access import SYSTEM
from shouwang.register.selectors.snapshot import snapshot_queries
from shouwang.screening.models import Run, Snapshot, Warning
from shouwang.screening.selectors import runs_of_months
from shouwang.sources.selectors.snapshot import feed_snapshot_query

SALT_BITS = 40
Query = Callable[..., str]  # (lo=, hi=, on=, salt=) -> the query of one table
_MORE: dict[str, Query] = {}


def snapshot_table_add(table: str, query: Query) -> None:
    """This function lets a room further down the way add a table to the snapshot, from `AppConfig.ready`.

    The query is run by the batch role; its keys are row ids xor `salt`.
    """
    _MORE[table] = query


class SnapshotIncomplete(Refusal):
    """The files hold another number of rows than the tables."""

    def __init__(self, table: str, expected: int, written: int) -> None:
        super().__init__(
            f"快照不完整：{table} 表应有 {expected} 行，只写出 {written} 行。"
            "本次筛查已停止，没有产生任何预警，请重新筛查。"
        )


def batch_uri() -> str:
    """This function returns the connection address of the batch role."""
    where = connections["batch"].settings_dict
    login = quote(str(where["USER"]), safe="")
    if where["PASSWORD"]:
        login += ":" + quote(str(where["PASSWORD"]), safe="")
    return f"postgresql://{login}@{where['HOST']}:{where['PORT'] or 5432}/{quote(str(where['NAME']), safe='')}"


def _write_table(cursor: adbc.Cursor, query: str, path: Path) -> int:
    cursor.execute(query)
    reader = cursor.fetch_record_batch()
    rows = 0
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    path.chmod(0o600)
    return rows


def _write_tables(folder: Path, queries: dict[str, str]) -> dict[str, int]:
    counts = {}
    with adbc.connect(batch_uri(), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("begin isolation level repeatable read read only")
        # Whole tables are read. Right after an import they have no statistics yet, and a planner that expects one row
        # would go through each for every other: hours instead of seconds.
        cursor.execute("set local enable_nestloop = off")
        for table, query in queries.items():
            counts[table] = _write_table(cursor, query, folder / f"{table}.parquet")
            cursor.execute(f"select count(*) from ({query}) counted")  # noqa: S608 - a query of our own, integers only
            expected = int(cursor.fetchone()[0])
            if expected != counts[table]:
                raise SnapshotIncomplete(table, expected, counts[table])
        cursor.execute("commit")
    return counts


def snapshot_take(*, lo: int, hi: int, on: date, at: datetime, salt: int | None = None) -> Snapshot:
    """This function writes the register of an area as Parquet (one REPEATABLE READ transaction) and records it.

    `salt` is that of the chain a daily run belongs to, so that its keys mean what they meant; None draws one. Raises
    SnapshotIncomplete when a file does not hold every row; nothing is kept then.
    """
    salt = secrets.randbits(SALT_BITS) if salt is None else salt
    name = f"{lo}-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    folder = Path(settings.SNAPSHOTS_DIR) / name
    folder.mkdir(mode=0o700, parents=True)
    try:
        queries = snapshot_queries(lo=lo, hi=hi, on=on, salt=salt)
        queries["feed"] = feed_snapshot_query(lo=lo, hi=hi)
        queries |= {table: query(lo=lo, hi=hi, on=on, salt=salt) for table, query in sorted(_MORE.items())}
        counts = _write_tables(folder, queries)
        digest = str(manifest_write(folder, on=on)["digest"])
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Snapshot.objects.create(
        slot=lo, hi=hi, on=on, taken_at=at, path=name, salt=salt, counts=counts, digest=digest
    )


def snapshot_folder(snapshot: Snapshot) -> Path:
    """This function returns where the files of a snapshot are."""
    return Path(settings.SNAPSHOTS_DIR) / snapshot.path


def whatif_folder(snapshot: Snapshot) -> Path:
    """This function returns where the facts cached for trying policies on a snapshot are; it need not exist."""
    return Path(settings.WHATIF_DIR) / snapshot.path


def _needed(before: datetime) -> Q:
    """This function returns which snapshots stay beyond their days: the last one of an area, and those with a warning
    that still waits for a person or a case."""
    newest = Snapshot.objects.filter(removed_at__isnull=True, runs__state=Run.State.DONE).values("slot", "hi")
    last = newest.annotate(last=Max("pk")).values("last")
    waiting = Warning.objects.filter(
        collected_case_id__isnull=True, settled_at__isnull=True, run__snapshot__taken_at__lt=before
    )
    return Q(pk__in=last) | Q(pk__in=waiting.values("run__snapshot"))


def snapshots_expire(*, before: datetime, months_before: datetime | None = None, at: datetime | None = None) -> int:
    """This function removes the files of snapshots taken before an instant and returns how many; warnings stay.

    What was cached of them for trying policies goes with them. The last snapshot of an area stays, so that policies can
    be tried and the next run may follow; so do those of warnings that nobody has taken up, and until `months_before`
    (None: none stays) the last screening's of each area and month: back-tests need months.
    """
    old = Snapshot.objects.filter(taken_at__lt=before, removed_at__isnull=True).exclude(_needed(before))
    if months_before is not None:
        monthly = {run.snapshot_id for run in runs_of_months(SYSTEM) if run.snapshot_id is not None}
        old = old.exclude(pk__in=monthly, taken_at__gte=months_before)
    expired = list(old)
    for snapshot in expired:
        shutil.rmtree(whatif_folder(snapshot), ignore_errors=True)
        shutil.rmtree(snapshot_folder(snapshot), ignore_errors=True)
    gone = [snapshot.pk for snapshot in expired if not snapshot_folder(snapshot).exists()]
    return Snapshot.objects.filter(pk__in=gone).update(removed_at=at or before)


def snapshots_sweep(*, before: datetime) -> int:
    """This function removes folders that no snapshot knows, left by a worker that died, and returns how many."""
    root = Path(settings.SNAPSHOTS_DIR)
    known = set(Snapshot.objects.filter(removed_at__isnull=True).values_list("path", flat=True))
    left = [
        folder
        for folder in (root.iterdir() if root.is_dir() else ())
        if folder.is_dir() and folder.name not in known and folder.stat().st_mtime < before.timestamp()
    ]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)
