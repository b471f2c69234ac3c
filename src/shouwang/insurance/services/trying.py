"""Ladders tried out: the claims of a pool settled again as if the ladder were another; nothing is written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from shouwang.insurance.errors import LadderUnsound
from shouwang.insurance.models import Computation, Pool
from shouwang.insurance.rules import OVER
from shouwang.insurance.selectors import claims_visible_to
from shouwang.people.access import Viewer
from shouwang.rulebook.ladders import Ladder
from shouwang.rulebook.settlements import claim_settle
from shouwang.standards.selectors import policy_by_version_id


@dataclass(frozen=True)
class LadderChange:
    """What is moved of every ladder of a pool: its deductible, its cap for an event, its shares times so much."""

    deductible_fen: int | None = None
    cap_fen: int | None = None
    share: Fraction = Fraction(1)

    @property
    def is_nothing(self) -> bool:
        """Nothing is moved."""
        return self == LadderChange()

    def of(self, ladder: Ladder) -> Ladder:
        """This function returns a ladder so changed; raises LadderUnsound. A fixed sum has no deductible and share."""
        moved: dict[str, object] = {}
        if self.cap_fen is not None:
            moved["cap"] = self.cap_fen
        if self.deductible_fen is not None and ladder.fixed is None:
            moved["deductible"] = self.deductible_fen
        if self.share != 1:
            moved["bands"] = tuple(
                band.model_copy(update={"share": min(Fraction(1), band.share * self.share)}) for band in ladder.bands
            )
        if "cap" in moved and ladder.year_cap is not None:
            moved["year_cap"] = max(ladder.year_cap, self.cap_fen or 0)
        changed = ladder.model_copy(update=moved)
        try:
            changed.sound_check()
        except ValueError as error:
            raise LadderUnsound(str(error)) from error
        return changed


@dataclass(frozen=True)
class LadderTried:
    """One ladder tried: how many claims, what they came to, what they would come to."""

    key: str
    name: str
    claims: int
    before_fen: int
    after_fen: int


@dataclass(frozen=True)
class Tried:
    """A pool's claims under another ladder: by ladder, and the new amount by claim."""

    ladders: tuple[LadderTried, ...]
    amounts: dict[int, int]


def ladders_try(*, viewer: Viewer, pool: Pool, change: LadderChange) -> Tried:
    """This function settles the computed claims of a pool again under changed ladders, in the order of their events.

    The cap of a year is counted anew from the new amounts. Refused, withdrawn and not yet computed claims are
    left out; changes by hand are left out of both sums. Raises LadderUnsound.
    """
    claims = claims_visible_to(viewer).filter(pool=pool, computed_fen__isnull=False).exclude(state__in=OVER)
    rows = {claim.pk: claim for claim in claims}
    computations = Computation.objects.filter(claim__in=claims.order_by())
    latest = {one.claim_id: one for one in computations.order_by("claim_id", "-pk").distinct("claim_id")}
    given: dict[tuple[int, str, int], int] = defaultdict(int)
    ladders: dict[tuple[int, str], Ladder] = {}
    sums: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    amounts: dict[int, int] = {}
    for claim in sorted(rows.values(), key=lambda each: (each.event_on, each.pk)):
        kept = latest.get(claim.pk)
        if kept is None:
            continue
        found = _ladder(kept, change, ladders)
        if found is None:
            continue
        year = (claim.household_id, claim.ladder_key, claim.event_on.year)
        settled = claim_settle(
            found, loss_fen=kept.inputs["loss_fen"], offsets=kept.inputs["offsets"], paid_year_fen=given[year]
        )
        given[year] += settled.paid_fen
        amounts[claim.pk] = settled.paid_fen
        names[claim.ladder_key] = claim.ladder_name
        line = sums.setdefault(claim.ladder_key, [0, 0, 0])
        line[0], line[1], line[2] = line[0] + 1, line[1] + kept.paid_fen, line[2] + settled.paid_fen
    found_lines = tuple(LadderTried(key, names[key], *line) for key, line in sums.items())
    return Tried(found_lines, amounts)


def _ladder(kept: Computation, change: LadderChange, known: dict[tuple[int, str], Ladder]) -> Ladder | None:
    """This function returns the ladder of a computation, changed; None where the policy has it no more."""
    place = (kept.pack_version_id, f"{kept.policy_on}:{kept.ladder_key}")
    if place not in known:
        stated = policy_by_version_id(kept.pack_version_id, on=kept.policy_on).topic("insurance").get(kept.ladder_key)
        if stated is None or not isinstance(stated.value, Ladder):
            return None
        known[place] = change.of(stated.value)
    return known[place]
