"""What looks wrong with money (滞留, 截留, 挪用, 挤占 and more): computed from the ledger, each with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from shouwang.funds.models import FindingNote
from shouwang.funds.selectors.findings.amounts import near, rounded, split
from shouwang.funds.selectors.findings.elapsed import Elapsed, selection_to_money
from shouwang.funds.selectors.findings.found import NAMES, Evident, Finding, Ground
from shouwang.funds.selectors.findings.levels import resting, withheld
from shouwang.funds.selectors.findings.payees import after_end, official, shared
from shouwang.funds.selectors.findings.purposes import charged, shifted
from shouwang.people.access import Viewer
from shouwang.rulebook.funds import FundsPolicy, funds_of
from shouwang.standards.selectors import adoptions_visible_to, policy_by_version_id

__all__ = [
    "NAMES", "STATES", "Elapsed", "Evident", "Finding", "finding_of", "finding_state", "findings", "notes_of",
    "rules_in_sight", "selection_to_money",
]  # fmt: skip

MOST_POLICIES = 40
# What has become of a finding; one that is given out and past its day is both given out and late.
STATES = {"NEW": "没有处理", "ASSIGNED": "已交办", "LATE": "整改逾期", "CORRECTED": "已整改", "TOLERATED": "容错免责"}
LOOKS: tuple[Callable[[Ground], Iterable[Finding]], ...] = (
    resting, withheld, shifted, charged, shared, official, after_end, split, near, rounded,
)  # fmt: skip
BY_KIND = dict(zip(NAMES, LOOKS, strict=True))


def findings(viewer: Viewer, *, on: date) -> list[Finding]:
    """This function computes everything that looks wrong with the money the viewer may see, on a day, by kind."""
    ground = Ground(viewer, on, rules_in_sight(viewer, on=on))
    return [found for look in LOOKS for found in look(ground)]


def finding_of(viewer: Viewer, key: str, *, on: date) -> Finding | None:
    """This function returns the finding of a key as it stands on a day, None when nothing looks wrong there any more.

    Only what is of its kind is looked for.
    """
    look = BY_KIND.get(key.partition(":")[0])
    if look is None:
        return None
    ground = Ground(viewer, on, rules_in_sight(viewer, on=on))
    return next((found for found in look(ground) if found.key == key), None)


def rules_in_sight(viewer: Viewer, *, on: date) -> list[FundsPolicy]:
    """This function returns the rules of money in force on a day in the places the viewer oversees, newest first."""
    rows = adoptions_visible_to(viewer).filter(adopted_at__isnull=False, valid_from__lte=on)
    versions: dict[int, int] = {}
    for row in rows[:MOST_POLICIES]:
        versions.setdefault(row.area_id, row.pack_version_id)
    return [funds_of(policy_by_version_id(version, on=on)) for version in dict.fromkeys(versions.values())]


def notes_of(viewer: Viewer, keys: Iterable[str]) -> dict[str, FindingNote]:
    """This function returns the newest note of each finding that has one."""
    found: dict[str, FindingNote] = {}
    for row in FindingNote.objects.filter(viewer.q(), key__in=list(keys)).order_by("pk"):
        found[row.key] = row
    return found


def finding_state(note: FindingNote | None, *, on: date) -> set[str]:
    """This function returns what has become of a finding on a day, as keys of `STATES`."""
    if note is None:
        return {"NEW"}
    is_late = note.state == FindingNote.State.ASSIGNED and note.due_on is not None and note.due_on < on
    return {note.state, "LATE"} if is_late else {note.state}
