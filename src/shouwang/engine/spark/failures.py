"""What goes wrong inside Spark, as the same two refusals that DuckDB's errors become."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from shouwang.engine.errors import RuleFailure, SnapshotError

# A value that does not fit its column lies in the data; everything else lies in a rule or in Spark.
_OF_DATA = frozenset({"CAST_OVERFLOW", "CAST_INVALID_INPUT", "CAST_OVERFLOW_IN_TABLE_INSERT"})
_OF_FILES = "FAILED_READ_FILE"


@contextlib.contextmanager
def spark_errors() -> Iterator[None]:
    """This function turns Spark's errors into SnapshotError (unreadable values, files) or RuleFailure: the run ends."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        condition, line = error.getCondition() or "", str(error).splitlines()[0][:200]
        if condition in _OF_DATA or any(f"[{name}]" in str(error) for name in _OF_DATA):
            raise SnapshotError(f"快照里有读不懂的值：{line}") from error
        if f"[{_OF_FILES}" in str(error):
            raise SnapshotError(f"快照文件读不出来：{line}") from error
        raise RuleFailure(f"规则计算出错，本次筛查作废：{line}") from error
    except Py4JError as error:
        line = str(getattr(error, "java_exception", error)).splitlines()[0][:200]
        if f"[{_OF_FILES}" in line:  # a footer is read by the driver, whose errors come untranslated
            raise SnapshotError(f"快照文件读不出来：{line}") from error
        raise RuleFailure(f"Spark 中途停止，本次筛查作废：{line}") from error
