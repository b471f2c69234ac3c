"""From the engine's rows to warnings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shouwang.engine import ScreenResult
from shouwang.screening.models import HandledEvidence, Run, Snapshot, Warning
from shouwang.screening.services.handled import handled_now
from shouwang.screening.services.storms import Storm

CHUNK = 2_000
_EVENTS = frozenset({"spending", "status"})  # rows that warn once; months of income and households may warn again
_SAID = ("slot", "type_key", "trigger_key", "measured", "threshold", "unit", "clause", "source", "evidence", "flags",
         "parameters", "type_name", "trigger_name", "mark", "is_undecided", "pack_version_id", "policy_digest",
         "facts")  # fmt: skip
KEYS = frozenset({"household_key", "person_key"})


def _evidence(row: dict[str, Any], salt: int) -> list[dict[str, Any]]:
    rows = [
        {"table": item["table"], "id": item["key"] if item["table"] == "income" else item["key"] ^ salt}
        for item in row["evidence"]
    ]
    return sorted(rows, key=lambda item: (item["table"], item["id"]))  # the engine's order depends on the salt


def _facts(text: str) -> dict[str, Any]:
    # The keys of a snapshot mean nothing outside it.
    return {name: value for name, value in json.loads(text).items() if name not in KEYS}


def _warning(row: dict[str, Any], *, run: Run, snapshot: Snapshot, at: datetime) -> Warning:
    return Warning(
        slot=row["village_code"],
        household_id=row["household_key"] ^ snapshot.salt,
        run=run,
        type_key=row["type_key"] or "",
        trigger_key=row["trigger_key"],
        cause=row["cause"],
        measured=row["measured"],
        threshold=row["threshold"],
        unit=row["unit"] or "",
        clause=row["clause"] or "",
        source=row["source"] or "",
        evidence=_evidence(row, snapshot.salt),
        flags=row["flags"] or [],
        parameters=json.loads(row["parameters"] or "{}"),
        type_name=row["type_name"] or "",
        trigger_name=row["trigger_name"] or "",
        mark=row["mark"] or "",
        is_undecided=bool(row["is_undecided"]),
        is_held=bool(row["is_held"]),
        hold_reason=row["hold_reason"] or "",
        pack_version_id=run.pack_version_id,
        policy_digest=row["policy_digest"],
        snapshot_digest=row["snapshot_digest"],
        facts=_facts(row["facts"]),
        on=run.on,
        raised_at=at,
    )


@dataclass
class Raised:
    """What a run left: warnings stored anew, those that stood as they are, and how many of the new wait as a storm."""

    new: int = 0
    standing: int = 0
    stormed: int = 0


def _content(warning: Warning) -> tuple[Any, ...]:
    """This function returns what a warning says; the day, the snapshot and the run may differ."""
    is_held = warning.is_held and warning.storm_run_id is None
    return (is_held, *(getattr(warning, name) for name in _SAID))


def _overtaken(made: list[Warning], taken: dict[int, set[tuple[str, int]]]) -> set[int]:
    """This function returns the places of warnings whose events a case took up while the run was under way."""
    events = {number: {(item["table"], item["id"]) for item in warning.evidence if item["table"] in _EVENTS}
              for number, warning in enumerate(made)}  # fmt: skip
    return {number for number, found in events.items() if found & taken.get(made[number].household_id, set())}


def _chunk_raise(made: list[Warning], raised: Raised) -> None:
    households = [warning.household_id for warning in made]
    there = Warning.objects.filter(household_id__in=households, collected_case_id__isnull=True).order_by("pk")
    # Locked, so that no case takes up in this moment what is about to be replaced.
    waiting = {(found.household_id, found.cause): found
               for found in there.filter(settled_at__isnull=True).select_for_update(of=("self",))}  # fmt: skip
    dismissed = {(found.household_id, found.cause): _content(found)
                 for found in there.filter(is_dismissed=True, storm_run__isnull=False)}  # fmt: skip
    taken: dict[int, set[tuple[str, int]]] = {}
    for household, table, row in (
        handled_now().filter(household_id__in=households).values_list("household_id", "table", "row_id")
    ):
        taken.setdefault(household, set()).add((table, row))
    overtaken = _overtaken(made, taken)
    store, replaced = [], []
    for number, warning in enumerate(made):
        key, content = (warning.household_id, warning.cause), _content(warning)
        before = waiting.get(key)
        if before is not None and _content(before) == content:
            raised.standing += 1
            continue
        if number in overtaken or dismissed.get(key) == content:
            continue
        if before is not None:
            replaced.append(before.pk)
            if before.storm_run_id is not None:  # it still waits for the person who releases the storm
                _hold(warning, run_id=before.storm_run_id, reason=before.hold_reason)
        store.append(warning)
    Warning.objects.filter(pk__in=replaced).delete()
    Warning.objects.bulk_create(store)
    HandledEvidence.objects.bulk_create(
        [
            HandledEvidence(slot=warning.slot, household_id=warning.household_id, cause=warning.cause,
                            table=item["table"], row_id=item["id"], warning=warning)
            for warning in store
            for item in warning.evidence
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    raised.new += len(store)
    raised.stormed += sum(warning.storm_run_id == warning.run_id for warning in store)


def _hold(warning: Warning, *, run_id: int, reason: str) -> None:
    if not warning.is_held:
        warning.is_held, warning.storm_run_id, warning.hold_reason = True, run_id, reason[:300]


def warnings_raise(
    *, run: Run, snapshot: Snapshot, result: ScreenResult, at: datetime, storm: Storm | None = None
) -> Raised:
    """This function stores the warnings of a run, those of a storm held.

    A warning that waits and says the same stays as it is; one that says something else is replaced by the newer one of
    the same household and cause. What was dismissed as a storm does not come back as long as it says the same.
    """
    raised = Raised()
    rows = result.warnings.to_pylist()
    for start in range(0, len(rows), CHUNK):
        made = []
        for row in rows[start : start + CHUNK]:
            warning = _warning(row, run=run, snapshot=snapshot, at=at)
            if storm is not None and (row["household_key"], row["cause"]) in storm.pairs:
                _hold(warning, run_id=run.pk, reason=storm.reason)
            made.append(warning)
        _chunk_raise(made, raised)
    return raised
