"""Variants tried on the data of a screening, and trials saved with all that went in and came out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.engine.steps.rules import unit_of
from shouwang.kit.errors import Refusal
from shouwang.kit.texts import numbers_refuse
from shouwang.oversight.models import PolicyTrial
from shouwang.oversight.rules.results import households_moved, results_make
from shouwang.oversight.rules.variants import (
    MOST,
    NothingMoved,
    TooManyVariants,
    Values,
    changes_of,
    policy_of_variant,
)
from shouwang.oversight.selectors.lab import area_of_run, areas_in
from shouwang.people.access import Viewer
from shouwang.people.selectors import officers_in
from shouwang.rulebook.program import program_compile
from shouwang.screening.services import run_household_ids, run_is_ready, run_whatif
from shouwang.standards.rules import values_amended
from shouwang.standards.selectors import policy_by_version_id

if TYPE_CHECKING:
    from shouwang.rulebook import Policy
    from shouwang.screening.models import Run


class FactsNotReady(Refusal):
    """The facts that thresholds are tried on are still to be made."""

    sentence = "这份数据还没有为推演备好。请先点“准备数据”，备好后再试。"


@dataclass(frozen=True)
class Tried:
    """What came out of variants on a screening's data."""

    results: dict[str, Any]
    policy_digest: str
    snapshot_digest: str


def trial_results(*, run: Run, version_id: int, variants: Sequence[Values], weeks: int, on: date) -> Tried:
    """This function tells what variants of a version would change on a screening's data, from cached facts.

    The caller has made sure that the run is the viewer's to see. Officers are those appointed on `on`. Raises
    FactsNotReady, SnapshotGone, TooManyVariants, PackError.
    """
    if len(variants) > MOST:
        raise TooManyVariants(len(variants))
    base = policy_by_version_id(version_id, on=run.on)
    if not run_is_ready(run=run, policy=base):
        raise FactsNotReady
    policies = [(values, policy_of_variant(values, base)) for values in variants]
    found = run_whatif(run=run, base=base, variants=[policy for _, policy in policies])
    area = area_of_run(run)
    level, names = areas_in(area) if area is not None else (4, {})
    results = results_make(
        found, base, policies, level=level, areas=names, weeks=weeks,
        officers=officers_in(lo=run.slot, hi=run.hi, on=on),
    )  # fmt: skip
    for told, (values, _) in zip(results["variants"], policies, strict=True):
        told["changes"] = changes_said(values, base)
    return Tried(results, base.digest, found.digest)


@dataclass(frozen=True)
class MovedHousehold:
    """A household that a variant adds or drops, with the rule that says so."""

    household_id: int
    rule: str
    type_key: str
    cause: str
    measured: int | None
    threshold: int | None
    unit: str


def variant_households(
    *, run: Run, version_id: int, values: Values, is_added: bool, group: str = "", key: str = ""
) -> list[MovedHousehold]:  # fmt: skip
    """This function returns the households that a variant adds (else: drops), as its difference counts them, by id.

    The caller has made sure that the run is the viewer's to see. Raises FactsNotReady, SnapshotGone, PackError.
    """
    base = policy_by_version_id(version_id, on=run.on)
    if not run_is_ready(run=run, policy=base):
        raise FactsNotReady
    variant = policy_of_variant(values, base)
    found = run_whatif(run=run, base=base, variants=[variant])
    has, lacks = (found.variants[0], found.base) if is_added else (found.base, found.variants[0])
    area = area_of_run(run)
    level = areas_in(area)[0] if area is not None else 4
    rows = households_moved(has, lacks, group=group, key=key, level=level)
    ids = run_household_ids(run=run, keys=[row["household_key"] for row in rows])
    rules = {rule.stated.key: rule for rule in program_compile(variant if is_added else base).triggers}
    moved = [
        MovedHousehold(
            household_id=ids[row["household_key"]],
            rule=rules[row["trigger_key"]].stated.name,
            type_key=row["type_key"] or "",
            cause=row["cause"],
            measured=row["measured"],
            threshold=row["threshold"],
            unit=unit_of(rules[row["trigger_key"]]),
        )
        for row in rows
    ]
    return sorted(moved, key=lambda one: one.household_id)


def changes_said(values: Mapping[str, str], base: Policy) -> list[dict[str, str]]:
    """This function returns what a variant moves, in words: name, area, value before and after, unit."""
    return [
        {"path": path, "name": value.name, "area": value.area_name, "before": value.before, "after": value.after,
         "unit": value.unit}
        for path, value in zip(values, values_amended(base, changes_of(values, base)), strict=True)
    ]  # fmt: skip


def trial_digest(inputs: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """This function returns the digest by which a saved trial is checked."""
    text = json.dumps([inputs, results], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def trial_store(
    *, viewer: Viewer, run: Run, version_id: int, variants: Sequence[Values], weeks: int, title: str, on: date,
    at: datetime,
) -> PolicyTrial:  # fmt: skip
    """This function computes a trial once more and keeps it as it is, with everything it rests on.

    Raises NothingMoved, and as `trial_results` does.
    """
    numbers_refuse(title)
    if not variants:
        raise NothingMoved
    tried = trial_results(run=run, version_id=version_id, variants=variants, weeks=weeks, on=on)
    inputs = {"weeks": weeks, "officers_on": on.isoformat(), "variants": [dict(values) for values in variants]}
    with transaction.atomic():
        trial = PolicyTrial.objects.create(
            slot=run.slot, hi=run.hi, area_name=run.area_name, on=run.on, run_id=run.pk, pack_version_id=version_id,
            policy_digest=tried.policy_digest, snapshot_digest=tried.snapshot_digest, title=title.strip(),
            inputs=inputs, results=tried.results, digest=trial_digest(inputs, tried.results), saved_at=at,
            saved_by=viewer.label, saved_by_user_id=viewer.user_id, appointment_id=viewer.appointment_id,
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="trial.store", subject_type="oversight.PolicyTrial", subject_id=trial.pk,
            slot=run.slot, at=at, after={"run": run.pk, "version": version_id, "digest": trial.digest, **inputs},
        )  # fmt: skip
    return trial
