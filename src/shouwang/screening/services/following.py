"""Which run a daily run follows, or why it screens everybody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shouwang.engine.edition import edition
from shouwang.engine.incremental import Previous
from shouwang.rulebook import Policy
from shouwang.screening.models import Run, Snapshot
from shouwang.screening.rules import CHAIN_LINKS, CHECK_EVERY
from shouwang.screening.services.snapshot import snapshot_folder


@dataclass(frozen=True)
class Chain:
    """What a run hangs on: the run it follows, or why it follows none; both, when it also screens everybody to compare.

    `salt` is the snapshot's salt along the chain, None where a new chain begins.
    """

    previous: Run | None = None
    why_full: str = ""
    link: int = 0

    @property
    def is_check(self) -> bool:
        return self.previous is not None and self.link % CHECK_EVERY == 0

    @property
    def salt(self) -> int | None:
        return self.previous.snapshot.salt if self.previous is not None and self.previous.snapshot else None

    @property
    def followed(self) -> Previous | None:
        """The run before as the engine takes it."""
        if self.previous is None or self.previous.snapshot is None:
            return None
        snapshot = self.previous.snapshot
        return Previous(results_folder(snapshot, self.previous), snapshot=snapshot_folder(snapshot))


def results_folder(snapshot: Snapshot, run: Run) -> Path:
    """This function returns where a run keeps what a later one takes over; it goes when the snapshot goes."""
    return snapshot_folder(snapshot) / f"run-{run.pk}"


def run_before(run: Run) -> Run | None:
    """This function returns the area's last finished run up to the day of this one."""
    done = Run.objects.filter(slot=run.slot, hi=run.hi, state=Run.State.DONE, on__lte=run.on).exclude(pk=run.pk)
    return done.select_related("snapshot", "pack_version").defer("pack_version__files").order_by("-on", "-pk").first()


def _is_there(run: Run) -> bool:
    snapshot = run.snapshot
    return snapshot is not None and snapshot.removed_at is None and results_folder(snapshot, run).is_dir()


def chain_choose(run: Run, policy: Policy) -> Chain:
    """This function returns what a run hangs on; one that a person asks for screens everybody, and asks no why."""
    if not run.is_daily:
        return Chain()
    last = run_before(run)
    if last is None:
        return Chain(why_full="FIRST")
    reasons = {
        "GONE": not _is_there(last),
        "EDITION": last.engine != edition(),
        "POLICY": last.policy_digest != policy.digest,
        "RENEWED": last.link + 1 >= CHAIN_LINKS,
    }
    why = next((reason for reason, holds in reasons.items() if holds), "")
    return Chain(why_full=why) if why else Chain(previous=last, link=last.link + 1)
