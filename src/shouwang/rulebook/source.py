"""Where pack texts come from: a directory, or a mapping kept elsewhere (the database keeps packs for replay)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from shouwang.rulebook.errors import PackError
from shouwang.rulebook.yamls import yaml_read


def packs_directory() -> Path:
    """This function returns the folder of the packs: SHOUWANG_PACKS, ./packs, or the one beside the source tree."""
    named = os.environ.get("SHOUWANG_PACKS")
    if named:
        return Path(named)
    here = Path("packs")
    return here if here.is_dir() else Path(__file__).resolve().parents[3] / "packs"


class PackSource:
    """The texts of a pack tree, by path relative to it ("xingtai/lines.yaml")."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files: dict[str, str] = {name: files[name] for name in sorted(files)}
        self._parsed: dict[str, Any] = {}
        self.memory: dict[str, Any] = {}  # what readers of this source keep, by place

    @classmethod
    def from_directory(cls, path: Path) -> PackSource:
        """This function reads every pack below a folder; raises PackError when there is none."""
        if not path.is_dir():
            raise PackError(f"找不到政策包目录“{path}”")
        files: dict[str, str] = {}
        for file in sorted(path.rglob("*.yaml")):
            name = file.relative_to(path).as_posix()
            try:
                files[name] = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                raise PackError("不是 UTF-8 编码", file=name) from None
        source = cls(files)
        if not source.places:
            raise PackError(f"目录“{path}”里没有政策包（没有 pack.yaml）")
        return source

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> PackSource:
        """This function takes the texts as they are."""
        return cls(files)

    @cached_property
    def digest(self) -> str:
        """The sha256 of all texts and their names."""
        total = hashlib.sha256()
        for name, text in self.files.items():
            for part in (name, text):
                raw = part.encode()
                total.update(len(raw).to_bytes(8, "big") + raw)
        return total.hexdigest()

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The folders that hold a pack."""
        return tuple(name.removesuffix("/pack.yaml") for name in self.files if name.count("/") == 1
                     and name.endswith("/pack.yaml"))  # fmt: skip

    def parsed(self, name: str) -> Any:
        """This function returns a file as plain data, None when there is no such file."""
        if name not in self.files:
            return None
        if name not in self._parsed:
            self._parsed[name] = yaml_read(self.files[name], file=name)
        return self._parsed[name]

    def case_files(self, place: str) -> tuple[str, ...]:
        """This function returns the names of the case files of one place."""
        return tuple(name for name in self.files if name.startswith(f"{place}/cases/"))
