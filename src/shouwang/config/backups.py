"""Backups: the database and the sealed files in one encrypted file, which only the key ring opens. Keys are not in it.

The file is a header and a row of frames, each sealed with its number, so that a frame that is missing, changed or
in the wrong place is noticed; the last one says that it is the last.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from shouwang.config.embedded import installation_find
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import CannotOpen, KeyRing

HEAD = b"SWBACKUP1\n"
ID_BYTES = 16
FRAME_BYTES = 1024 * 1024
ENTRY, DATA, END = b"E", b"D", b"Z"
DUMP = "database"
FILES = "files/"
# Sign-ins and counters are of the day; a restored installation starts without them.
WITHOUT_ROWS = ("django_session", "people_cache")
Database = Mapping[str, Any]


class BackupFailed(Refusal):
    """PostgreSQL's own tool refused."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(f"{what}没有成功：{reason}")


class NoBackup(Refusal):
    """The file is not one of ours."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"“{path.name}”不是守望的备份文件。")


class BackupDamaged(Refusal):
    """The file is incomplete or changed, or the ring is another installation's."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"备份“{path.name}”打不开：文件不完整或被改动过，或者密钥不是做备份时的那一套。什么都没有恢复。"
        )


class DatabaseInUse(Refusal):
    """A restore would write over data."""

    sentence = "数据库不是空的，恢复只写进空库：请先另建一个空的安装（或移走 var/），再恢复。"


@dataclass(frozen=True)
class Saved:
    """What a backup holds."""

    size: int
    files: int


class _Writer:
    def __init__(self, out: IO[bytes], ring: KeyRing) -> None:
        self._out, self._ring, self._number = out, ring, 0
        self._id = secrets.token_bytes(ID_BYTES)
        out.write(HEAD + self._id)

    def frame(self, kind: bytes, body: bytes = b"") -> None:
        sealed = self._ring.seal_bytes(kind + body, context=f"backup:{self._id.hex()}:{self._number}")
        self._out.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1

    def entry(self, name: str, source: IO[bytes]) -> None:
        self.frame(ENTRY, name.encode())
        while block := source.read(FRAME_BYTES):
            self.frame(DATA, block)


def _frames(path: Path, ring: KeyRing) -> Iterator[tuple[bytes, bytes]]:
    with path.open("rb") as source:
        if source.read(len(HEAD)) != HEAD:
            raise NoBackup(path)
        name = source.read(ID_BYTES).hex()
        number = 0
        while True:
            size = source.read(4)
            sealed = source.read(struct.unpack(">I", size)[0]) if len(size) == 4 else b""
            try:
                plain = ring.open_bytes(sealed, context=f"backup:{name}:{number}")
            except CannotOpen:
                raise BackupDamaged(path) from None
            if plain[:1] == END:
                return
            yield plain[:1], plain[1:]
            number += 1


def _tool(name: str, server_version: int) -> str:
    """This function returns PostgreSQL's own client program, of the server's version where it is installed."""
    major = server_version // 10000
    for folder in (Path(f"/usr/lib/postgresql/{major}/bin"), Path(f"/usr/pgsql-{major}/bin")):
        if (folder / name).is_file():
            return str(folder / name)
    if major <= 18:
        return str(installation_find() / "bin" / name)
    return shutil.which(name) or name


def _environment(database: Database) -> dict[str, str]:
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    found = {name: str(database[key]) for name, key in known.items() if database.get(key)}
    return {**os.environ, **found, "LC_ALL": "C"}


def backup_write(
    path: Path, *, ring: KeyRing, owner: Database, server_version: int, files_dir: Path, note: Callable[[str], None]
) -> Saved:
    """This function writes a backup, whole or not at all; the program may run meanwhile. Raises BackupFailed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            writer = _Writer(out, ring)
            note("正在备份数据库 …")
            _dump(writer, owner, server_version)
            note("正在备份文件 …")
            count = _files_write(writer, files_dir)
            writer.frame(END)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Saved(path.stat().st_size, count)


def _dump(writer: _Writer, owner: Database, server_version: int) -> None:
    arguments = [_tool("pg_dump", server_version), "--format=custom", "--schema=public", "--no-owner"]
    arguments += [f"--exclude-table-data={table}" for table in WITHOUT_ROWS]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=errors, env=_environment(owner))
        assert process.stdout is not None
        try:
            with process.stdout as source:
                writer.entry(DUMP, source)
        finally:
            code = process.wait()
        if code:
            raise BackupFailed("备份", _last_line(errors))


def _files_write(writer: _Writer, files_dir: Path) -> int:
    count = 0
    for path in sorted(found for found in files_dir.rglob("*") if found.is_file() and not found.suffix):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as source:  # expired this moment
            writer.entry(FILES + path.relative_to(files_dir).as_posix(), source)
            count += 1
    return count


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "没有给出原因"


def backup_check(path: Path, *, ring: KeyRing) -> None:
    """This function reads a backup from end to end; raises NoBackup, BackupDamaged."""
    for _ in _frames(path, ring):
        pass


def backup_restore(
    path: Path, *, ring: KeyRing, owner: Database, server_version: int, files_dir: Path, note: Callable[[str], None]
) -> int:
    """This function writes a backup into an empty database and returns the number of files restored.

    The caller has made the roles and seen that the database is empty. Raises NoBackup, BackupDamaged, BackupFailed;
    then the database is as empty as before.
    """
    if not path.is_file():
        raise NoBackup(path)
    note("正在检查备份 …")
    backup_check(path, ring=ring)
    note("正在恢复数据库 …")
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder) / "list"
        chosen.write_text(_contents(path, ring, server_version))
        arguments = [_tool("pg_restore", server_version), "--single-transaction", "--exit-on-error", "--no-owner"]
        arguments += [f"--use-list={chosen}", f"--dbname={owner['NAME']}"]
        _fed(arguments, path, ring, owner)
    note("正在恢复文件 …")
    return _files_restore(path, ring, files_dir)


def _contents(path: Path, ring: KeyRing, server_version: int) -> str:
    """This function returns the archive's list of contents without the schema itself, which is there already."""
    listed = _fed([_tool("pg_restore", server_version), "--list"], path, ring, {})
    schema = (" SCHEMA - public", " ACL - SCHEMA public", " COMMENT - SCHEMA public", " DEFAULT ACL ")
    return "".join(f"{line}\n" for line in listed.splitlines() if not any(part in line for part in schema))


def _fed(arguments: list[str], path: Path, ring: KeyRing, database: Database) -> str:
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=out, stderr=errors, env=_environment(database)
        )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin as sink:  # the tool says why it stopped
            for block in _blocks(path, ring, DUMP):
                sink.write(block)
        if process.wait():
            raise BackupFailed("恢复", _last_line(errors))
        out.seek(0)
        return out.read().decode()


def _blocks(path: Path, ring: KeyRing, wanted: str) -> Iterator[bytes]:
    name = ""
    for kind, body in _frames(path, ring):
        if kind == ENTRY:
            name = body.decode()
        elif name == wanted:
            yield body


def _files_restore(path: Path, ring: KeyRing, files_dir: Path) -> int:
    target: IO[bytes] | None = None
    count = 0
    for kind, body in _frames(path, ring):
        if kind == DATA:
            if target is not None:
                target.write(body)
            continue
        if target is not None:
            target.close()
            target = None
        name = body.decode()
        if name.startswith(FILES):
            place = (files_dir / name.removeprefix(FILES)).resolve()
            if files_dir.resolve() not in place.parents:
                raise BackupDamaged(path)
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target = place.open("wb")
            count += 1
    if target is not None:
        target.close()
    return count
