"""Looking for planted numbers in everything that is written down anywhere."""

from __future__ import annotations

import gzip
import mmap
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
from tests.cluster import TestCluster
from tests.proof.planted import Field

ZIP, GZIP, PARQUET = b"PK\x03\x04", b"\x1f\x8b", b"PAR1"


def in_bytes(content: bytes | mmap.mmap, field: Field) -> list[str]:
    """This function returns the forms in which planted numbers stand in some bytes."""
    return [name for root, name in field.forms().items() if content.find(root) >= 0]


def in_file(path: Path, field: Field) -> list[str]:
    """This function looks into a file: its bytes; packed, its members; as Parquet, its columns decoded."""
    if not path.is_file() or not path.stat().st_size:
        return []
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = in_bytes(content, field)
        head = content[:4]
        for inner in _unpacked(path, head):
            found += [f"{name}, packed" for name in in_bytes(inner, field)]
    return found


def _unpacked(path: Path, head: bytes) -> Iterator[bytes]:
    if head == PARQUET:
        table = pq.read_table(path)
        for name in table.column_names:
            yield "\n".join([name, *(str(value) for value in table[name].to_pylist())]).encode()
    elif head == ZIP:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.namelist():
                yield archive.read(entry)
    elif head[:2] == GZIP:
        with gzip.open(path) as packed:
            yield packed.read()


def in_folders(folders: Iterable[Path], field: Field) -> dict[str, list[str]]:
    """This function returns the files under some folders in which planted numbers stand, also in their names."""
    found: dict[str, list[str]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            names = in_file(path, field) + [f"{name}, file name" for name in in_bytes(path.name.encode(), field)]
            if names:
                found[str(path.relative_to(folder.parent))] = names
    return found


class Written:
    """What the database has written since a moment: its dump, its files, its write-ahead log."""

    def __init__(self, cluster: TestCluster, database: str) -> None:
        self.cluster, self.database = cluster, database
        with self._admin() as admin:
            row = admin.execute("select pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
            assert row is not None
            self.first_segment: str = row[0]
            row = admin.execute("select oid from pg_database where datname = %s", [database]).fetchone()
            assert row is not None
            self.oid = int(row[0])

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.cluster.admin_url(self.database), autocommit=True)  # type: ignore[return-value]

    def dump(self) -> bytes:
        """This function returns the database as `pg_dump` writes it: every row of every table as text."""
        assert self.cluster.cluster is not None
        program = self.cluster.cluster.installation / "bin" / "pg_dump"
        return subprocess.run(
            [str(program), self.cluster.admin_url(self.database)], check=True, capture_output=True,
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        ).stdout  # fmt: skip

    def files(self) -> Iterator[Path]:
        """This function yields the server's files, all dirty pages written: tables, indexes, log since the start."""
        assert self.cluster.cluster is not None
        with self._admin() as admin:
            admin.execute("checkpoint")
        data = self.cluster.cluster.data
        for path in sorted(data.rglob("*")):
            parts = path.relative_to(data).parts
            if parts[0] == "base" and len(parts) > 2 and parts[1] not in (str(self.oid), "1", "pgsql_tmp"):
                continue  # another test's database
            if parts[0] == "pg_wal" and len(path.name) == 24 and path.name[8:] < self.first_segment[8:]:
                continue
            yield path

    def found(self, field: Field) -> dict[str, list[str]]:
        """This function returns where in the dump, the data directory and the write-ahead log numbers stand."""
        assert self.cluster.cluster is not None
        found = {"pg_dump": in_bytes(self.dump(), field)}
        for path in self.files():
            found[str(path.relative_to(self.cluster.cluster.data))] = in_file(path, field)
        return {place: names for place, names in found.items() if names}
