"""Loading a whole snapshot folder by COPY: an empty county, a province moved from another house, a measurement.

The folder is what `shouwang synth` writes and the engine reads, with `identity/` beside it. The owner of the tables
does it, in one transaction and with nobody else at work: every check of the database holds at the end (see `bare`), the
village of every household lies in the loader's areas, and nobody who is registered already comes in twice.
"""

# ruff: noqa: S608 - names of our own tables; the values put into the text are days and instants of our own

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
from django.db import connections, transaction
from psycopg.errors import UniqueViolation

from shouwang.audit.services import entry_append
from shouwang.kit.dates import month_window
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.people.access import Viewer
from shouwang.register.models import BulkLoad
from shouwang.register.rules import name_initials
from shouwang.register.services.bare import tables_bare
from shouwang.register.services.identifiers import ids_reserve

ROWS = 200_000
IDENTIFIERS = 50_000
COUNTY = 1_000_000
OWNER, ONE_ID = "owner", "identifier_resident_id_once"
TABLES = ("household", "person", "income", "spending", "status", "named")
FILLED = (
    "register_household", "register_person", "register_residence", "register_membership", "register_householdstate",
    "register_personstate", "register_income", "register_spending", "register_status", "register_namedfact",
    "register_identifier",
)  # fmt: skip
Note = Callable[[str, int], None]


class LoadedBefore(Refusal):
    """The folder is in already."""

    sentence = "这个文件夹里的数据以前已经装入过，没有重复装入。"


class FolderIncomplete(Refusal):
    """The folder is no snapshot with identities."""

    sentence = "文件夹里缺少 manifest.json、household.parquet、person.parquet 或 identity，不能装入。"


class SomebodyKnown(Refusal):
    """An ID of the folder is registered."""

    sentence = "数据里有人已经登记在册，整批装入只用于还没有这些人的台账；请改用台账导入。"


class OutsideArea(Refusal):
    """A household lies where the loader may not write."""

    sentence = "数据里有不在本辖区的户，没有装入。"


def bulk_load(*, viewer: Viewer, folder: Path, at: datetime, note: Note | None = None) -> BulkLoad:
    """This function loads a snapshot folder with its identities into the register, as the owner, whole or not at all.

    `note` hears each table and its rows. Raises FolderIncomplete, OutsideArea, LoadedBefore,
    SomebodyKnown, TablesInUse.
    """
    manifest = _manifest(folder)
    with transaction.atomic(using=OWNER), duckdb.connect() as files:
        if BulkLoad.objects.using(OWNER).filter(digest=manifest["digest"]).exists():
            raise LoadedBefore
        files.execute("set enable_progress_bar = false")
        _open(files, folder)
        loading = _Loading(files, on=date.fromisoformat(manifest["on"]), at=at, by=viewer.label[:200], note=note)
        lowest, highest = files.execute("select min(village_code), max(village_code) from household").fetchall()[0]
        if not (viewer.can_see(lowest) and viewer.can_see(highest)):
            raise OutsideArea
        with tables_bare(FILLED, using=OWNER):
            counts = loading.go()
        load = BulkLoad.objects.using(OWNER).create(
            slot=lowest // COUNTY * COUNTY, digest=manifest["digest"], counts=counts, loaded_at=at,
            loaded_by=viewer.label[:200],
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="register.bulk_load", subject_type="register.BulkLoad", subject_id=load.pk,
            slot=load.slot, at=at, after={"digest": load.digest, **counts}, using=OWNER,
        )  # fmt: skip
    return load


def _manifest(folder: Path) -> dict[str, Any]:
    wanted = ["manifest.json", "household.parquet", "person.parquet", "identity/identity.parquet"]
    if not all((folder / name).is_file() for name in wanted):
        raise FolderIncomplete
    return dict(json.loads((folder / "manifest.json").read_text("utf-8")))


def _open(files: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for table in TABLES:
        path = folder / f"{table}.parquet"
        if path.is_file():
            files.read_parquet(str(path)).create_view(table)
    for name in ("identity", "identity_household"):
        path = folder / "identity" / f"{name}.parquet"
        if path.is_file():
            files.read_parquet(str(path)).create_view(name)


@dataclass
class _Loading:
    """One load: keys of the folder become ids of ours, tables go in one after the other."""

    files: duckdb.DuckDBPyConnection
    on: date
    at: datetime
    by: str
    note: Note | None

    def go(self) -> dict[str, int]:
        """This function writes every table and returns the rows of each."""
        self._ids("household", "household_key")
        self._ids("person", "person_key")
        known = {row[0] for row in self.files.execute("select view_name from duckdb_views()").fetchall()}
        counts = {}
        for table, (needs, query) in self._queries().items():
            if needs in known:
                counts[table] = self._copy(table, query)
        counts["register_identifier"] = self._identifiers("identity_household" in known)
        return counts

    def _ids(self, name: str, key: str) -> None:
        keys = self.files.sql(f"select {key} as key from {name} order by 1").to_arrow_table()
        ids = pa.array(ids_reserve(f"register_{name}", keys.num_rows, using=OWNER), pa.int64())
        self._table(f"{name}_id", keys.append_column("id", ids))

    def _table(self, name: str, rows: pa.Table) -> None:
        """This function copies rows into DuckDB."""
        self.files.register("given", rows)
        self.files.execute(f"create table {name} as select * from given")
        self.files.unregister("given")

    def _queries(self) -> dict[str, tuple[str, str]]:
        """This function returns, per table of ours, the view it needs and the query that makes its rows."""
        since = f"date '{month_window(self.on)[0]}'"
        at = f"'{self.at.isoformat()}' as recorded_at"
        born = f"greatest({since}, p.birth_date)"
        household = "join household_id hi on hi.key = x.household_key join household h using (household_key)"
        anyone = f"{household} left join person_id pi on pi.key = x.person_key"
        person = "join person_id pi on pi.key = p.person_key join household_id hi on hi.key = p.household_key"
        home = f"{person} join household h on h.household_key = p.household_key"
        written = f"1 as version, '{self.at.isoformat()}' as created_at, '{self.at.isoformat()}' as changed_at"
        by = f"{written}, {_quoted(self.by)} as changed_by"
        return {
            "register_household": ("household", f"""
                select hi.id, x.village_code as slot, '' as number, {by}, date '{self.on}' as registered_on,
                       '' as ended_reason
                from household x join household_id hi on hi.key = x.household_key"""),
            "register_person": ("identity", f"""
                select pi.id, h.village_code as slot, i.name, i.initials, coalesce(p.sex, '') as sex, p.birth_date,
                       '' as nationality, '' as number, {by}
                from person p {home} join ({self._named_people()}) i on i.person_key = p.person_key"""),
            "register_residence": ("household", f"""
                select x.village_code as slot, 'national' as source, {at}, hi.id as household_id,
                       'REGISTERED' as kind, x.village_code as place, '' as address, {since} as valid_from
                from household x join household_id hi on hi.key = x.household_key"""),
            "register_membership": ("person", f"""
                select h.village_code as slot, 'national' as source, {at}, pi.id as person_id, hi.id as household_id,
                       p.relationship, 'import' as reason, {born} as valid_from from person p {home}"""),
            "register_householdstate": ("household", f"""
                select x.village_code as slot, 'national' as source, {at}, hi.id as household_id,
                       {since} as valid_from, x.* exclude (household_key, village_code), '' as removal,
                       '[]' as risks, '{{}}' as origins
                from household x join household_id hi on hi.key = x.household_key"""),
            "register_personstate": ("person", f"""
                select h.village_code as slot, 'national' as source, {at}, pi.id as person_id, {born} as valid_from,
                       p.* exclude (person_key, household_key, relationship, sex, birth_date), '{{}}' as origins
                from person p {home}"""),
            "register_income": ("income", f"""
                select h.village_code as slot, x.source, {at}, hi.id as household_id, pi.id as person_id, x.month,
                       x.kind, x.amount_fen, '' as detail from income x {anyone}"""),
            "register_spending": ("spending", f"""
                select h.village_code as slot, x.source, {at}, hi.id as household_id, pi.id as person_id, x.cause,
                       x.event_date, x.gross_fen, x.reimbursed_fen, x.self_paid_fen, coalesce(x.detail, '') as detail
                from spending x {anyone}"""),
            "register_status": ("status", f"""
                select h.village_code as slot, x.source, {at}, hi.id as household_id, pi.id as person_id, x.kind,
                       x.value, x.from_date, x.until_date from status x {anyone}"""),
            "register_namedfact": ("named", f"""
                select h.village_code as slot, 'national' as source, {at}, hi.id as household_id,
                       pi.id as person_id, json_group_object(x.name, x.value) as facts
                from named x {anyone} group by all"""),
        }  # fmt: skip

    def _named_people(self) -> str:
        """This function adds the initials to the names, each name read once."""
        names = self.files.sql("select distinct name from identity order by 1").to_arrow_table()["name"]
        initials = pa.array([_initials(str(name)) for name in names.to_pylist()])
        self._table("name_initials", pa.table({"name": names, "initials": initials}))
        return "select person_key, name, initials from identity join name_initials using (name)"

    def _copy(self, table: str, query: str) -> int:
        reader = self.files.sql(query).to_arrow_reader(ROWS)
        return self._insert(table, reader.schema.names, (_csv(batch) for batch in reader))

    def _insert(self, table: str, columns: Iterable[str], pieces: Iterable[bytes]) -> int:
        """This function copies CSV pieces into a table and returns the rows."""
        names = ", ".join(f'"{column}"' for column in columns)
        with connections[OWNER].cursor() as cursor:
            try:
                with cursor.copy(f"copy {table} ({names}) from stdin with (format csv)") as copy:
                    for piece in pieces:
                        copy.write(piece)
            except UniqueViolation as error:
                if error.diag.constraint_name == ONE_ID:
                    raise SomebodyKnown from None
                raise
            rows = int(cursor.rowcount)
        if self.note is not None:
            self.note(table, rows)
        return rows

    def _identifiers(self, with_accounts: bool) -> int:
        queries = [
            "select pi.id as person_id, null::bigint as household_id, h.village_code as slot, 'RESIDENT_ID' as kind,"
            " i.resident_id as text from identity i join person_id pi on pi.key = i.person_key join household h using"
            " (household_key) where i.resident_id is not null",
            "select pi.id, null, h.village_code, 'PHONE', i.phone from identity i join person_id pi on"
            " pi.key = i.person_key join household h using (household_key) where i.phone is not null",
        ]
        if with_accounts:
            queries.append(
                "select null, hi.id, i.village_code, 'ACCOUNT', i.bank_account from identity_household i"
                " join household_id hi on hi.key = i.household_key where i.bank_account is not null"
            )
        numbers = self.files.sql(" union all ".join(queries)).to_arrow_table()
        # Before the COPY begins: its connection can do nothing else meanwhile.
        ids = ids_reserve("register_identifier", numbers.num_rows, using=OWNER)
        columns = (
            "id", "person_id", "household_id", "slot", "kind", "sealed", "blind", "label", "valid_from", "source",
            "recorded_at",
        )  # fmt: skip
        return self._insert("register_identifier", columns, self._sealed(numbers, ids))

    def _sealed(self, numbers: pa.Table, reserved: Sequence[int]) -> Iterator[bytes]:
        ring, since, at = keyring(), month_window(self.on)[0], self.at.isoformat()
        for start in range(0, numbers.num_rows, IDENTIFIERS):
            batch = numbers.slice(start, IDENTIFIERS).combine_chunks().to_batches()[0]
            ids = reserved[start : start + IDENTIFIERS]
            kinds, texts = batch["kind"].to_pylist(), batch["text"].to_pylist()
            sealed = [
                "\\x" + ring.seal(text, context=f"register_identifier:{pk}").hex()
                for pk, text in zip(ids, texts, strict=True)
            ]
            blind = ["\\x" + ring.blind(kind.lower(), text).hex() for kind, text in zip(kinds, texts, strict=True)]
            count = batch.num_rows
            yield _csv(
                pa.record_batch(
                    {
                        "id": pa.array(ids, pa.int64()), "person_id": batch["person_id"],
                        "household_id": batch["household_id"], "slot": batch["slot"], "kind": batch["kind"],
                        "sealed": sealed, "blind": blind, "label": [""] * count, "since": [since] * count,
                        "source": ["national"] * count, "at": [at] * count,
                    }
                )
            )  # fmt: skip


_initials = cache(name_initials)
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _csv(batch: pa.RecordBatch) -> bytes:
    """This function returns a batch as CSV: null as nothing, an empty text in quotation marks."""
    target = io.BytesIO()
    pyarrow.csv.write_csv(batch, target, _OPTIONS)
    return target.getvalue()
