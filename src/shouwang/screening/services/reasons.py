"""Why a household has no warning: the last run looked at again for it alone, trigger by trigger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shouwang.audit.services import entry_append
from shouwang.engine import Explanation, explain_nearest, nearest_triggers
from shouwang.engine.single import Single, household_screen
from shouwang.people.access import Viewer
from shouwang.register.selectors import household_cards
from shouwang.rulebook import Policy
from shouwang.screening.models import Run
from shouwang.screening.selectors import runs_triable
from shouwang.screening.services.handled import handled_before, handled_table
from shouwang.screening.services.replay import WarningNotFound
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.selectors import policy_by_version_id


@dataclass(frozen=True)
class Reasons:
    """What the last run knew of a household: nearest triggers first. `single` is None where `why_not` says why."""

    slot: int
    run: Run | None
    policy: Policy | None
    single: Single | None
    triggers: tuple[Explanation, ...] = ()
    why_not: str = ""


def _explained(policy: Policy, single: Single) -> tuple[Explanation, ...]:
    """This function explains every trigger that does not warn, the nearest to warning first."""
    warned = {key for row in single.warnings for key in row["trigger_keys"]}
    near = [found.key for found in nearest_triggers(policy, single.facts)]
    keys = [*near, *(key for key in policy.triggers if key not in near and key not in warned)]
    return tuple(explain_nearest(policy, key, single.facts) for key in keys)


def household_reasons(*, viewer: Viewer, household_id: int, at: datetime) -> Reasons:
    """This function explains why the last finished run raised no warning for a household; raises WarningNotFound.

    Nothing is concluded where the run or its snapshot is gone: `why_not` says so. The read is put on record.
    """
    card = household_cards(viewer, [household_id]).get(household_id)
    if card is None:
        raise WarningNotFound
    entry_append(viewer=viewer, action="household.reasons", subject_type="register.Household",
                 subject_id=household_id, slot=card.slot, at=at)  # fmt: skip
    runs = runs_triable(viewer).filter(slot__lte=card.slot, hi__gte=card.slot).select_related("snapshot")
    run = runs.order_by("-on", "-pk").first()
    if run is None or run.snapshot is None or not snapshot_folder(run.snapshot).is_dir():
        return Reasons(card.slot, None, None, None, why_not="还没有筛查过，或快照已过保存期限，说不出有没有达到标准。")
    policy = policy_by_version_id(run.pack_version_id, on=run.on)
    single = household_screen(
        [snapshot_folder(run.snapshot)], policy, household_key=household_id ^ run.snapshot.salt,
        digest=run.snapshot.digest, handled=handled_table(handled_before(run), run, run.snapshot),
    )  # fmt: skip
    if single is None:
        return Reasons(card.slot, run, policy, None, why_not="这一户在那次筛查以后才登记或迁入，还没有筛查过。")
    return Reasons(card.slot, run, policy, single, _explained(policy, single))
