"""Hits of the checks: found, found again, mended when a run finds them no more, accepted with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shouwang.audit.services import entry_append
from shouwang.engine.checks import CheckResult
from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import StaleWrite, Viewer
from shouwang.screening.models import CheckHit, CheckRun, CheckTally, Snapshot
from shouwang.screening.rules import facts_kept
from shouwang.screening.services.holding import REASON_LENGTH, ReasonMissing

CHUNK = 2_000
STANDING = (CheckHit.State.OPEN, CheckHit.State.ACCEPTED)
Key = tuple[str, int, int | None, int | None]


class HitNotFound(Refusal):
    """The hit does not exist or lies outside the viewer's areas."""

    def __init__(self) -> None:
        super().__init__("找不到这一条核查结果，或者它不在您的辖区。")


class HitSettled(Refusal):
    """The hit is mended, accepted or open already."""

    def __init__(self, state: str) -> None:
        super().__init__(f"这一条现在是“{state}”，不用再办。")


@dataclass(frozen=True)
class Recorded:
    """What a run changed: hits found for the first time, found again, no longer found, of rules no longer in force."""

    new: int
    again: int
    mended: int
    dropped: int


def _id(key: int | None, salt: int) -> int | None:
    return None if key is None else key ^ salt


def _key(row: dict[str, Any], salt: int) -> Key:
    return row["rule_key"], row["village_code"], _id(row["household_key"], salt), _id(row["person_key"], salt)


def _made(row: dict[str, Any], key: Key, run: CheckRun) -> CheckHit:
    return CheckHit(
        rule_key=key[0], slot=key[1], household_id=key[2], person_id=key[3], over=row["over"],
        rule_name=row["rule_name"][:120], owner=row["owner"], action=row["action"][:300],
        source=(row["source"] or "")[:300], clause=(row["clause"] or "")[:300], mark=row["mark"] or "",
        is_undecided=row["is_undecided"], facts=facts_kept(json.loads(row["facts"])), first_run=run, last_run=run,
        found_on=run.on,
    )  # fmt: skip


_REPEATED = ("rule_name", "owner", "action", "source", "clause", "mark", "is_undecided", "facts", "last_run_id")


def _again(hit: CheckHit, row: dict[str, Any], key: Key, run: CheckRun) -> CheckHit:
    """This function brings a hit that was found again up to what the run says."""
    fresh = _made(row, key, run)
    for name in _REPEATED:
        setattr(hit, name, getattr(fresh, name))
    return hit


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def hits_record(*, run: CheckRun, snapshot: Snapshot, result: CheckResult) -> Recorded:
    """This function takes over what a run found: new hits, those found again, those mended, and the counts a village.

    What a rule could not decide this time is neither found nor mended.
    """
    standing = {
        (hit.rule_key, hit.slot, hit.household_id, hit.person_id): hit
        for hit in CheckHit.objects.filter(slot__gte=run.slot, slot__lte=run.hi, state__in=STANDING)
    }
    found = {_key(row, snapshot.salt): row for row in result.hits.to_pylist()}
    made = [_made(row, key, run) for key, row in found.items() if key not in standing]
    again = [_again(hit, found[key], key, run) for key, hit in standing.items() if key in found]
    for chunk in _chunks(made):
        CheckHit.objects.bulk_create(chunk)
    for chunk in _chunks(again):
        CheckHit.objects.bulk_update(chunk, [name.removesuffix("_id") for name in _REPEATED])
    mended, dropped = _gone(run, snapshot, result, standing, found)
    for chunk in _chunks(result.villages.to_pylist()):
        CheckTally.objects.bulk_create(
            [CheckTally(run=run, slot=row["village_code"], rule_key=row["rule_key"], hits=row["hits"]) for row in chunk]
        )
    return Recorded(len(made), len(again), mended, dropped)


def _gone(
    run: CheckRun, snapshot: Snapshot, result: CheckResult, standing: dict[Key, CheckHit], found: dict[Key, Any]
) -> tuple[int, int]:
    """This function closes the hits that a run no longer finds; returns how many were mended and dropped."""
    undecided = result.undecided.to_pylist() if result.undecided is not None else []
    unsure = {_key(row, snapshot.salt) for row in undecided}
    in_force = {rule["key"] for rule in result.report["rules"]}
    gone = [(key, hit) for key, hit in standing.items() if key not in found and key not in unsure]
    mended = [hit.pk for key, hit in gone if key[0] in in_force]
    dropped = [hit.pk for key, hit in gone if key[0] not in in_force]
    for ids, state in ((mended, CheckHit.State.MENDED), (dropped, CheckHit.State.DROPPED)):
        for chunk in _chunks(ids):
            CheckHit.objects.filter(pk__in=chunk).update(state=state, mended_on=run.on)
    return len(mended), len(dropped)


def _held(viewer: Viewer, hit_id: int, version: int) -> CheckHit:
    hit = CheckHit.objects.select_for_update().filter(viewer.q(), pk=hit_id).first()
    if hit is None:
        raise HitNotFound
    if hit.version != version:
        raise StaleWrite(
            "这一条核查结果",
            hit.accepted_by,
            f"{timezone.localdate(hit.accepted_at):%Y-%m-%d}" if hit.accepted_at else "",
        )
    return hit


def hit_accept(*, viewer: Viewer, hit_id: int, version: int, reason: str, at: datetime) -> CheckHit:
    """This function accepts a hit as it is, with a reason: it is right although the rule says otherwise.

    Raises HitNotFound, StaleWrite, HitSettled, ReasonMissing.
    """
    with transaction.atomic():
        hit = _held(viewer, hit_id, version)
        if hit.state != CheckHit.State.OPEN:
            raise HitSettled(hit.get_state_display())
        if not reason.strip():
            raise ReasonMissing
        numbers_refuse(reason)
        hit.state, hit.accepted_at, hit.accepted_by = CheckHit.State.ACCEPTED, at, viewer.label
        hit.accepted_reason = reason.strip()[:REASON_LENGTH]
        _save(viewer, hit, "check.waive", at=at, after={"reason": hit.accepted_reason, "rule": hit.rule_key})
    return hit


def hit_reopen(*, viewer: Viewer, hit_id: int, version: int, at: datetime) -> CheckHit:
    """This function opens an accepted hit again; raises HitNotFound, StaleWrite, HitSettled."""
    with transaction.atomic():
        hit = _held(viewer, hit_id, version)
        if hit.state != CheckHit.State.ACCEPTED:
            raise HitSettled(hit.get_state_display())
        before = hit.accepted_reason
        hit.state, hit.accepted_at, hit.accepted_by, hit.accepted_reason = CheckHit.State.OPEN, None, "", ""
        _save(viewer, hit, "check.reopen", at=at, after={"reason": before, "rule": hit.rule_key})
    return hit


def _save(viewer: Viewer, hit: CheckHit, action: str, *, at: datetime, after: dict[str, Any]) -> None:
    hit.version += 1
    hit.save(update_fields=["state", "accepted_at", "accepted_by", "accepted_reason", "version"])
    entry_append(
        viewer=viewer, action=action, subject_type="screening.CheckHit", subject_id=hit.pk, slot=hit.slot, at=at,
        after=after,
    )  # fmt: skip
