"""Reads of insurance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import BigIntegerField, Case, Count, F, Max, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, Greatest, TruncMonth

from shouwang.funds.rules import ref_first
from shouwang.funds.selectors import grants_of_household
from shouwang.insurance.errors import ClaimNotFound, PoolNotFound
from shouwang.insurance.models import (
    Claim,
    ClaimPaper,
    Computation,
    EarlierPayment,
    Pool,
    PoolEntry,
    SettleLeft,
    SettleWork,
)
from shouwang.insurance.rules import PROMISED, UNDER_WAY, PoolMove, State
from shouwang.people.access import READS_REGISTER, SYSTEM, Viewer, acting_as

__all__ = ["Claim", "Computation", "Pool", "PoolEntry", "PoolMove", "State"]


def claims_visible_to(viewer: Viewer) -> QuerySet[Claim]:
    """This function returns the claims of the viewer's areas, or those her company handles, newest first."""
    claims = Claim.objects.order_by("-pk")
    if viewer.kind in READS_REGISTER:
        return claims.filter(viewer.q())
    return claims.filter(organisation_id=viewer.organisation_id or 0)


def claim_get(viewer: Viewer, claim_id: int) -> Claim:
    """This function returns a claim the viewer may see; raises ClaimNotFound."""
    found = claims_visible_to(viewer).filter(pk=claim_id).first()
    if found is None:
        raise ClaimNotFound
    return found


def claims_of_household(viewer: Viewer, household_id: int) -> QuerySet[Claim]:
    """This function returns a household's claims, newest first."""
    return claims_visible_to(viewer).filter(household_id=household_id)


def claims_of_case(viewer: Viewer, case_id: int) -> QuerySet[Claim]:
    """This function returns the claims about a case, newest first."""
    return claims_visible_to(viewer).filter(case_id=case_id)


def claim_counts(viewer: Viewer, *, pool_id: int | None = None) -> dict[str, int]:
    """This function counts the viewer's claims by state, of one pool where it is named."""
    found = claims_visible_to(viewer).order_by()
    rows = (found if pool_id is None else found.filter(pool_id=pool_id)).values("state").annotate(n=Count("pk"))
    return dict.fromkeys(State.values, 0) | {row["state"]: row["n"] for row in rows}


def claims_to_pay(viewer: Viewer) -> QuerySet[Claim]:
    """This function returns the claims that an insurer was asked to pay and has not."""
    return claims_visible_to(viewer).filter(state=State.REQUESTED, paid_by="INSURER")


GIVEN_BACK = (
    Q(payment_state="RETURNED")
    | Q(advance_state="RETURNED")
    | Q(pk__in=EarlierPayment.objects.filter(state="RETURNED").values("claim_id"))
)


def claims_given_back(viewer: Viewer) -> QuerySet[Claim]:
    """This function returns the claims whose payment the bank gave back: their account is to be looked at."""
    return claims_visible_to(viewer).filter(GIVEN_BACK)


OVERPAID = Greatest(
    Case(When(advance_paid_on__isnull=False, then=F("advance_fen") - F("advance_recovered_fen")), default=0)
    + F("earlier_fen")
    - Case(When(state="REJECTED", then=0), default=Coalesce("amount_fen", 0), output_field=BigIntegerField()),
    0,
    output_field=BigIntegerField(),
)


IS_OVERPAID = Q(state__in=["PAID", "REJECTED"], more_fen__gt=0)


def claims_overpaid(viewer: Viewer) -> QuerySet[Claim]:
    """This function returns the claims whose household was paid more than it is due, to be got back."""
    return claims_visible_to(viewer).alias(more_fen=OVERPAID).filter(IS_OVERPAID)


def claims_waiting(viewer: Viewer) -> dict[str, int]:
    """This function counts claims by state, those `to_pay` by an insurer, `returned` by the bank, `over` paid."""
    rows = claims_visible_to(viewer).order_by().alias(more_fen=OVERPAID).values("state").annotate(
        n=Count("pk"), to_pay=Count("pk", filter=Q(state=State.REQUESTED, paid_by="INSURER")),
        returned=Count("pk", filter=GIVEN_BACK), over=Count("pk", filter=IS_OVERPAID),
    )  # fmt: skip
    found = dict.fromkeys([*State.values, "to_pay", "returned", "over"], 0)
    for row in rows:
        found[row["state"]] += row["n"]
        found["to_pay"] += row["to_pay"]
        found["returned"] += row["returned"]
        found["over"] += row["over"]
    return found


def earlier_of(claim: Claim) -> list[EarlierPayment]:
    """This function returns what a claim was paid before appeals, latest first."""
    return sorted(claim.earlier.all(), key=lambda row: -row.pk)


def computations_of(claim: Claim) -> list[Computation]:
    """This function returns everything a claim was ever computed to, latest first."""
    return list(claim.computations.order_by("-pk"))


def computation_latest(claim: Claim) -> Computation | None:
    """This function returns what a claim was computed to last."""
    return claim.computations.order_by("-pk").first()


def claim_paper_get(viewer: Viewer, paper_row_id: int) -> ClaimPaper:
    """This function returns a paper of a claim the viewer may see; raises ClaimNotFound."""
    found = ClaimPaper.objects.filter(pk=paper_row_id).first()
    if found is None:
        raise ClaimNotFound
    claim_get(viewer, found.claim_id)
    return found


def claims_followed(refs: Collection[str]) -> list[int]:
    """This function returns the claims whose payments are to be looked at: under way, or asked for under these names.

    In the scope of whoever asks; the names are `claim:<id>`, `advance:<id>`, with `:<count>` from the second asking on.
    """
    named = {int(parts[1]) for parts in (ref.split(":") for ref in refs) if parts[0] in ("claim", "advance")}
    under_way = Q(payment_state__in=UNDER_WAY) | Q(advance_state__in=UNDER_WAY)
    found = set(Claim.objects.filter(under_way | Q(pk__in=named)).values_list("pk", flat=True))
    found |= set(EarlierPayment.objects.filter(state__in=UNDER_WAY).values_list("claim_id", flat=True))
    return sorted(found)


def paid_in_year(*, household_id: int, ladder_key: str, year: int, but: int) -> int:
    """This function sums in fen what a household was promised for events of a year under a ladder, in other claims.

    What it gave back does not count; what it was paid before an appeal does, until it is given back. The cap of a year
    holds whoever the insurer is, hence the system's scope.
    """
    with acting_as(SYSTEM):
        rows = Claim.objects.filter(household_id=household_id, ladder_key=ladder_key, event_on__year=year)
        found = rows.exclude(pk=but).aggregate(
            promised=Sum(F("amount_fen") - F("recovered_fen"), filter=Q(state__in=PROMISED), default=0),
            held=Sum("earlier_fen", filter=~Q(state__in=PROMISED), default=0),
        )
        return int(found["promised"] + found["held"])


def paid_by_others(viewer: Viewer, claim: Claim) -> list[tuple[str, str, int]]:
    """This function returns the single payments of others that are known since the event: payer, purpose, fen.

    The claim's own payments are left out, also where the county made them or a part was given back.
    """
    grants = grants_of_household(viewer, claim.household_id).filter(
        unit="ONCE", cancelled_at__isnull=True, from_date__gte=claim.event_on
    )
    own = Q(source_ref__in=[f"claim:{claim.pk}", f"advance:{claim.pk}"])
    own |= Q(source_ref__startswith=f"advance:{claim.pk}:") | Q(source_ref__startswith=f"claim:{claim.pk}:")
    references = [claim.reference, claim.advance_reference, *claim.earlier.values_list("reference", flat=True)]
    paid = {f"payment:{ref}" for ref in references if ref}
    return [
        (grant.payer_name, grant.purpose, grant.amount_fen)
        for grant in grants.exclude(own)
        if ref_first(grant.source_ref) not in paid
    ]


def pools_visible_to(viewer: Viewer) -> QuerySet[Pool]:
    """This function returns the pools whose county lies in the viewer's areas, or that her company insures."""
    pools = Pool.objects.order_by("-from_date", "key", "pk")
    if viewer.kind in READS_REGISTER:
        inside = Q(pk__in=[])
        for lo, hi in viewer.ranges:
            inside |= Q(slot__gte=lo, hi__lte=hi)
        return pools.filter(inside)
    return pools.filter(organisation_id=viewer.organisation_id or 0)


def pool_get(viewer: Viewer, pool_id: int) -> Pool:
    """This function returns a pool the viewer may see; raises PoolNotFound."""
    found = pools_visible_to(viewer).filter(pk=pool_id).first()
    if found is None:
        raise PoolNotFound
    return found


def pools_at(*, slot: int, key: str) -> list[Pool]:
    """This function returns the terms of a pool in a place's county, latest first."""
    with acting_as(SYSTEM):
        return list(Pool.objects.filter(slot__lte=slot, hi__gte=slot, key=key).order_by("-from_date", "-pk"))


def work_get(viewer: Viewer, pool_id: int, work_id: int) -> SettleWork:
    """This function returns a computation of many claims of a pool the viewer may see; raises PoolNotFound."""
    found = SettleWork.objects.filter(pk=work_id, pool=pool_get(viewer, pool_id)).first()
    if found is None:
        raise PoolNotFound
    return found


def lefts_of(work: SettleWork) -> QuerySet[SettleLeft]:
    """This function returns what of many claims could not be computed."""
    return work.lefts.all()


# `Claim.due_fen`, reckoned by the database: a pool may have a hundred thousand claims.
DUE = Coalesce(
    "asked_fen",
    Greatest(
        Coalesce("amount_fen", 0)
        - Case(When(advance_paid_on__isnull=False, then=F("advance_fen") - F("advance_recovered_fen")), default=0)
        - F("earlier_fen"),
        0,
        output_field=BigIntegerField(),
    ),
    output_field=BigIntegerField(),
)


# Emergency aid was decided and has not been paid.
NOT_YET_HELPED = Q(state__in=["OPEN", "PROPOSED"], advance_fen__gt=0, advance_paid_on__isnull=True)


@dataclass(frozen=True)
class PoolSums:
    """A pool in numbers: movements by kind (fen, out below zero), claims by state, what is promised, not paid yet
    (approved claims, emergency aid that was decided)."""

    by_move: dict[str, int]
    claims: dict[str, int]
    promised_fen: int
    premium_left_fen: int


def pool_sums(pool: Pool) -> PoolSums:
    """This function reckons a pool from its rows."""
    moves = pool.entries.order_by().values("move").annotate(total=Sum("amount_fen"))
    by_move = {row["move"]: int(row["total"]) for row in moves}
    states = pool.claims.order_by().values("state").annotate(n=Count("pk"))
    promised = pool.claims.aggregate(
        due=Sum(DUE, filter=Q(state__in=["APPROVED", "REQUESTED"]), default=0),
        early=Sum("advance_fen", filter=NOT_YET_HELPED, default=0),
    )
    return PoolSums(
        by_move,
        {row["state"]: row["n"] for row in states},
        int(promised["due"] + promised["early"]),
        pool.fund_fen - by_move.get("PREMIUM", 0),
    )


@dataclass(frozen=True)
class PoolMonth:
    """A pool at the end of a month: its balance, and what was paid out so far, in fen."""

    month: date
    balance_fen: int
    paid_fen: int


def pool_months(pool: Pool, *, on: date) -> list[PoolMonth]:
    """This function returns a pool month by month, from its first day or movement to its last, at most until a day."""
    rows = pool.entries.order_by().annotate(month=TruncMonth("on")).values("month").annotate(
        moved=Sum("amount_fen"), paid=Sum("amount_fen", filter=Q(move__in=["ADVANCE", "PAYMENT"]), default=0)
    )  # fmt: skip
    moved = {row["month"]: (int(row["moved"]), -int(row["paid"])) for row in rows}
    month = min([pool.from_date.replace(day=1), *moved])
    last = max([min(on, pool.until_date - timedelta(days=1)), *moved])
    found: list[PoolMonth] = []
    balance = paid = 0
    while month <= last:
        more, out = moved.get(month, (0, 0))
        balance, paid = balance + more, paid + out
        found.append(PoolMonth(month, balance, paid))
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def payment_largest_fen(pool: Pool) -> int:
    """This function returns the largest payment that the county may ask for of a pool and has not yet, in fen."""
    found = pool.claims.aggregate(
        due=Max(DUE, filter=Q(state="APPROVED")),
        early=Max("advance_fen", filter=NOT_YET_HELPED & Q(advance_state="")),
    )
    return max(found["due"] or 0, found["early"] or 0)


def pool_under_way_fen(pool: Pool) -> int:
    """This function sums what the county set aside of a pool for payments that have not come to an end, in fen."""
    found = pool.claims.aggregate(
        due=Sum(DUE, filter=Q(payment_state__in=UNDER_WAY), default=0),
        early=Sum("advance_fen", filter=Q(advance_state__in=UNDER_WAY), default=0),
    )
    earlier = EarlierPayment.objects.filter(claim__pool=pool, state__in=UNDER_WAY)
    return int(found["due"] + found["early"] + sum(row.net_fen for row in earlier))


def pools_adding_to(pool: Pool) -> list[Pool]:
    """This function returns the supplements of a pool whose terms touch its own."""
    return list(
        Pool.objects.filter(
            slot=pool.slot, adds_to=pool.key, from_date__lt=pool.until_date, until_date__gt=pool.from_date
        ).order_by("from_date", "pk")
    )


def pools_added_to(pool: Pool) -> list[Pool]:
    """This function returns the pools to which a supplement adds, of terms that touch its own; none for others."""
    if not pool.adds_to:
        return []
    return list(
        Pool.objects.filter(
            slot=pool.slot, key=pool.adds_to, from_date__lt=pool.until_date, until_date__gt=pool.from_date
        ).order_by("from_date", "pk")
    )


def papers_late(viewer: Viewer, on: date) -> QuerySet[Claim]:
    """This function returns the claims paid before their papers whose papers are late."""
    return claims_visible_to(viewer).filter(state=State.OPEN, papers_due_on__lt=on)
