"""Files that come out the same byte for byte: Parquet and CSV."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from shouwang.synth.refusals import FolderNotEmpty, FolderUnwritable


class TableFiles:
    """Writes tables piece by piece as NAME.parquet in one folder and, when asked, NAME.csv in another."""

    def __init__(self, parquet: Path, csv: Path | None) -> None:
        self.folders = {"parquet": parquet, **({"csv": csv} if csv else {})}
        self.counts: dict[str, int] = {}
        self._parquet: dict[str, pq.ParquetWriter] = {}
        self._csv: dict[str, pa.csv.CSVWriter] = {}
        for folder in self.folders.values():
            folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in (*self._parquet.values(), *self._csv.values()):
            writer.close()

    def write(self, name: str, table: pa.Table) -> None:
        """This function adds rows to a table."""
        if name not in self._parquet:
            path = self.folders["parquet"] / f"{name}.parquet"
            self._parquet[name] = pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=3)
            if "csv" in self.folders:
                self._csv[name] = pa.csv.CSVWriter(self.folders["csv"] / f"{name}.csv", table.schema)
        self._parquet[name].write_table(table)
        if name in self._csv:
            self._csv[name].write_table(table)
        self.counts[name] = self.counts.get(name, 0) + table.num_rows


def folder_prepare(out: Path) -> None:
    """This function makes the folder, or refuses one that already holds something."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise FolderNotEmpty(f"文件夹“{out}”里已有内容。为免覆盖，请换一个空文件夹。")
        probe = out / ".probe"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise FolderUnwritable(f"无法写入文件夹“{out}”，请检查路径和权限。") from error
