"""From the engine's rows to warnings."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from shouwang.engine import ScreenResult
from shouwang.screening.models import HandledEvidence, Run, Snapshot, Warning

CHUNK = 2_000
KEYS = frozenset({"household_key", "person_key"})


def _evidence(row: dict[str, Any], salt: int) -> list[dict[str, Any]]:
    return [
        {"table": item["table"], "id": item["key"] if item["table"] == "income" else item["key"] ^ salt}
        for item in row["evidence"]
    ]


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


def warnings_raise(*, run: Run, snapshot: Snapshot, result: ScreenResult, at: datetime) -> int:
    """This function stores the warnings of a run and returns how many are new.

    A warning that no case has taken up yet is replaced by the newer one of the same household and cause.
    """
    rows = result.warnings.to_pylist()
    for start in range(0, len(rows), CHUNK):
        made = [_warning(row, run=run, snapshot=snapshot, at=at) for row in rows[start : start + CHUNK]]
        waiting = {
            (found.household_id, found.cause): found.pk
            for found in Warning.objects.filter(
                household_id__in=[warning.household_id for warning in made],
                collected_case_id__isnull=True,
                settled_at__isnull=True,
            )
        }
        replaced = [waiting[key] for w in made if (key := (w.household_id, w.cause)) in waiting]
        Warning.objects.filter(pk__in=replaced).delete()
        Warning.objects.bulk_create(made)
        HandledEvidence.objects.bulk_create(
            [
                HandledEvidence(
                    slot=warning.slot,
                    household_id=warning.household_id,
                    cause=warning.cause,
                    table=item["table"],
                    row_id=item["id"],
                    warning=warning,
                )
                for warning in made
                for item in warning.evidence
            ],
            ignore_conflicts=True,
        )
    return len(rows)
