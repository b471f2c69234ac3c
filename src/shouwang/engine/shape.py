"""The shape of the facts: the windows, lists and causes of a policy that decide what is added up.

Facts depend on the snapshot, the day and the shape alone; thresholds touch only the rules. Two policies of one shape
can share their facts.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date

from shouwang.kit.codes import SpendingCause
from shouwang.rulebook.errors import PackError
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.windows import OPTIONAL, REQUIRED

Span = tuple[date, date]


@dataclass(frozen=True)
class Shape:
    """Everything the fact steps need to know; a list that the policy lacks is None, its facts unknown."""

    on: date
    spans: tuple[tuple[str, Span], ...]
    causes: tuple[tuple[str, str, bool], ...]
    serious_diseases: tuple[str, ...] | None
    covered_schools: tuple[str, ...] | None
    since: str | None = None  # the household's date from which the window `since_event` runs

    def has_span(self, key: str) -> bool:
        """This function tells whether the policy states an optional window."""
        return key in dict(self.spans)

    def span(self, key: str) -> Span:
        """This function returns a window's first day and the first day after it."""
        return dict(self.spans)[key]

    @property
    def rigid_causes(self) -> tuple[str, ...]:
        """The causes whose spending counts as rigid, in the order of the packs."""
        return tuple(dict.fromkeys(counts_as for _, counts_as, is_rigid in self.causes if is_rigid))

    @property
    def digest(self) -> str:
        """The sha256 of the shape."""
        text = json.dumps(asdict(self), default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def shape_of(policy: Policy, *, on: date) -> Shape:
    """This function draws the shape from a policy; raises PackError when a window is missing."""
    for key in REQUIRED:
        if key not in policy.windows:
            raise PackError(f"当日没有名为“{key}”的时段", file=f"{policy.place}/windows.yaml", key=key)
    stated = {key: found.value for key, found in policy.causes.items()}
    causes = [
        (cause.value, stated[cause.value].counts_as.value, stated[cause.value].is_rigid)
        if cause.value in stated
        else (cause.value, cause.value, False)
        for cause in SpendingCause
    ]
    since = policy.windows.get("since_event")
    serious, schools = policy.lists.get("serious_diseases"), policy.lists.get("covered_schools")
    return Shape(
        on=on,
        spans=tuple((key, policy.windows[key].value.span(on)) for key in _dated(policy)),
        causes=tuple(causes),
        serious_diseases=serious.value.names if serious else None,
        covered_schools=schools.value.names if schools else None,
        since=f"{since.value.event}_date" if since else None,
    )


def _dated(policy: Policy) -> tuple[str, ...]:
    """This function returns the windows of the policy that have days of their own."""
    return (*REQUIRED, *(key for key in OPTIONAL if key in policy.windows and key != "since_event"))
