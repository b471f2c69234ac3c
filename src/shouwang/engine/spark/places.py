"""Folders at any address Spark can read or write: a local path, file:, hdfs:, s3a: …, by Hadoop's file systems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shouwang.engine.errors import SnapshotError
from shouwang.engine.schema import SCREENED
from shouwang.engine.snapshot import MANIFEST, digest_agreed, digests_joined

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")


def address_of(place: Path | str) -> str:
    """This function returns an address with its scheme; a path without one is a local path."""
    text = str(place)
    return text.rstrip("/") if _SCHEME.match(text) else f"file://{Path(text).resolve()}"


@dataclass(frozen=True)
class Piece:
    """One stored piece of a table and its files, as paths below the folder."""

    table: str
    folder: str
    files: tuple[str, ...]

    @property
    def addresses(self) -> list[str]:
        """The files as Spark reads them."""
        return [f"{self.folder}/{name}" for name in self.files]


class Storage:
    """The file systems of one Spark session."""

    def __init__(self, session: Any) -> None:
        self._java = session._jvm
        self._settings = session._jsc.hadoopConfiguration()

    def _path(self, address: str) -> Any:
        return self._java.org.apache.hadoop.fs.Path(address)

    def _system(self, address: str) -> Any:
        return self._path(address).getFileSystem(self._settings)

    def exists(self, address: str) -> bool:
        """This function tells whether something stands at an address."""
        return bool(self._system(address).exists(self._path(address)))

    def files(self, folder: str) -> list[str]:
        """This function lists all files below a folder, in order, as paths below it."""
        system = self._system(folder)
        root = system.makeQualified(self._path(folder)).toUri().getPath().rstrip("/")
        found = system.listFiles(self._path(folder), True)
        names = []
        while found.hasNext():
            names.append(found.next().getPath().toUri().getPath().removeprefix(root).lstrip("/"))
        return sorted(names)

    def _opened(self, address: str) -> Any:
        return self._system(address).open(self._path(address))

    def sha256(self, address: str) -> str:
        """This function returns the sha256 of a file, read through once."""
        stream = self._opened(address)
        try:
            return str(self._java.org.apache.commons.codec.digest.DigestUtils.sha256Hex(stream))
        finally:
            stream.close()

    def text(self, address: str) -> str:
        """This function returns the text of a file."""
        stream = self._opened(address)
        try:
            return bytes(stream.readAllBytes()).decode()
        finally:
            stream.close()

    def folder_make(self, address: str) -> None:
        """This function makes a folder and those above it."""
        self._system(address).mkdirs(self._path(address))

    def remove(self, address: str) -> None:
        """This function removes a file or a folder with all it holds; nothing there is no error."""
        self._system(address).delete(self._path(address), True)

    def move(self, address: str, target: str) -> None:
        """This function puts a file or folder in the place of another."""
        self.remove(target)
        if not self._system(address).rename(self._path(address), self._path(target)):
            raise SnapshotError(f"结果写不到“{target}”。")

    def put(self, file: Path, address: str) -> None:
        """This function copies a local file to an address."""
        source = self._java.java.io.File(str(file))
        system, path = self._system(address), self._path(address)
        if not self._java.org.apache.hadoop.fs.FileUtil.copy(source, system, path, False, self._settings):
            raise SnapshotError(f"结果写不到“{address}”。")


def local_path(address: str) -> Path | None:
    """This function returns the path of a local address, None for any other."""
    return Path(address.removeprefix("file://")) if address.startswith("file://") else None


def sums_remove(folder: Path) -> None:
    """This function removes the check sums that Hadoop leaves beside each local file (`.name.crc`)."""
    for file in folder.rglob(".*.crc"):
        file.unlink()


def pieces_find(storage: Storage, folder: str, *, tables: Sequence[str] = SCREENED) -> tuple[Piece, ...]:
    """This function lists the snapshot tables of a folder; only Parquet is read here."""
    if not storage.exists(folder):
        raise SnapshotError(f"找不到目录“{folder}”。")
    names, found = storage.files(folder), []
    for table in tables:
        alone, below = f"{table}.parquet", (f"{table}.parquet/", f"{table}/")
        files = [name for name in names if name == alone]
        files = files or [name for name in names if name.startswith(below) and name.endswith(".parquet")]
        if files:
            found.append(Piece(table, folder, tuple(files)))
        elif f"{table}.csv" in names:
            raise SnapshotError(f"Spark 引擎只读 Parquet，“{folder}/{table}.csv”是 CSV：请改用 duckdb 引擎。")
    return tuple(found)


def pieces_digest(storage: Storage, folders: Mapping[str, tuple[Piece, ...]]) -> str:
    """This function returns the digest of the folders read together, the same as the DuckDB engine's."""
    digests = []
    for folder, pieces in folders.items():
        hashes = {name: storage.sha256(f"{folder}/{name}") for piece in pieces for name in piece.files}
        stated = f"{folder}/{MANIFEST}"
        manifest = storage.text(stated) if storage.exists(stated) else None
        digests.append(digest_agreed(hashes, manifest, where=folder))
    return digests_joined(digests)
