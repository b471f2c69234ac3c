"""Causes: which causes of spending a policy covers, and under which cause it counts one that it does not name."""

from __future__ import annotations

from shouwang.kit.codes import SpendingCause
from shouwang.rulebook.topic import Topic
from shouwang.rulebook.values import Entry, Model


class Cause(Model):
    """How spending of a cause counts: under `counts_as`, and as rigid spending or not."""

    counts_as: SpendingCause
    is_rigid: bool = False


def _read(entry: Entry) -> Cause:
    return Cause.model_validate(entry.value)


TOPIC = Topic("causes", "支出原因", _read)
