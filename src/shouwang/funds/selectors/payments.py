"""Reads of what is owed, of batches and payments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet, Sum

from shouwang.funds.models import Batch, BatchAct, Commitment, Entry, Payment, Posting, Resolution, WatchedAccount
from shouwang.people.access import Viewer

Rows = TypeVar("Rows", bound=Model)


def _scoped(rows: QuerySet[Rows], viewer: Viewer) -> QuerySet[Rows]:
    """This function keeps the rows of the viewer's areas, or of her own organisation where she reads no register."""
    if viewer.reads_register:
        return rows.filter(viewer.q())
    return rows.filter(organisation_id=viewer.organisation_id or 0)


def commitments_visible_to(viewer: Viewer) -> QuerySet[Commitment]:
    """This function returns what is owed in the viewer's areas, or by her organisation."""
    return _scoped(Commitment.objects.select_related("account"), viewer)


def commitments_waiting(viewer: Viewer) -> QuerySet[Commitment]:
    """This function returns what the viewer's organisation owes and has in no batch, the oldest first."""
    waiting = commitments_visible_to(viewer).filter(
        organisation_id=viewer.organisation_id or 0, state=Commitment.State.OPEN
    )
    return waiting.order_by("made_at", "pk")


def commitment_of(viewer: Viewer, source_ref: str) -> Commitment | None:
    """This function returns what is owed for something approved, by its reference, or None."""
    return commitments_visible_to(viewer).filter(source_ref=source_ref).first()


def batches_visible_to(viewer: Viewer) -> QuerySet[Batch]:
    """This function returns the batches of the viewer's areas, or of her organisation."""
    return _scoped(Batch.objects.all(), viewer)


def payments_visible_to(viewer: Viewer) -> QuerySet[Payment]:
    """This function returns the payments of the viewer's areas, or of her organisation."""
    return _scoped(Payment.objects.select_related("commitment", "batch"), viewer)


def payments_of_household(viewer: Viewer, household_id: int) -> list[Payment]:
    """This function returns a household's payments, newest first, dropped ones left out.

    Nothing is joined that lies at the county: villages and townships read payments of their own, no batch or account.
    """
    rows = _scoped(Payment.objects.select_related("commitment"), viewer).filter(household_id=household_id)
    return list(rows.exclude(state=Payment.State.DROPPED).order_by("-pk"))


def commitments_of_household(viewer: Viewer, household_id: int) -> list[Commitment]:
    """This function returns what is owed to a household and in no batch yet, newest first."""
    rows = _scoped(Commitment.objects.all(), viewer).filter(household_id=household_id, state=Commitment.State.OPEN)
    return list(rows.order_by("-pk"))


def commitments_of_case(viewer: Viewer, case_id: int) -> list[Commitment]:
    """This function returns what was set aside for a case, cancelled ones left out, newest first."""
    rows = commitments_visible_to(viewer).filter(case_id=case_id).exclude(state=Commitment.State.CANCELLED)
    return list(rows.order_by("-pk"))


def recovered_fen(payment_ids: Iterable[int]) -> dict[int, int]:
    """This function returns what came back of payments that were paid: fen by key, none where nothing did."""
    rows = Posting.objects.filter(
        entry__payment_id__in=list(payment_ids), entry__kind=Entry.Kind.RECOVER, amount_fen__gt=0
    )
    return dict(rows.values_list("entry__payment_id").annotate(Sum("amount_fen")))


@dataclass(frozen=True)
class Recovery:
    """A time at which money came back of a payment: when, who wrote it down, why, how much."""

    at: datetime
    by: str
    note: str
    fen: int


def recoveries_of(payment_id: int) -> list[Recovery]:
    """This function returns each time money came back of a payment that was paid, the last one first."""
    rows = Posting.objects.filter(
        entry__payment_id=payment_id, entry__kind=Entry.Kind.RECOVER, amount_fen__gt=0
    ).order_by("-pk")
    return [Recovery(*row) for row in rows.values_list("entry__at", "entry__by", "entry__note", "amount_fen")]


def payments_unknown(viewer: Viewer) -> QuerySet[Payment]:
    """This function returns the payments whose fate nobody knows, the oldest first."""
    return payments_visible_to(viewer).filter(state=Payment.State.UNKNOWN).order_by("pk")


def resolutions_open(payment_ids: Iterable[int]) -> dict[int, Resolution]:
    """This function returns what waits for a second person, by payment."""
    rows = Resolution.objects.filter(payment_id__in=list(payment_ids), decided_at__isnull=True)
    return {row.payment_id: row for row in rows}


def watched_accounts(viewer: Viewer) -> list[WatchedAccount]:
    """This function returns the officials' accounts that are watched in the viewer's areas."""
    return list(WatchedAccount.objects.filter(viewer.q()).order_by("post", "pk"))


def steps_taken(acts: QuerySet[BatchAct], viewer: Viewer) -> QuerySet[BatchAct]:
    """This function keeps the steps that the viewer took, or who acts for her or she for."""
    mine = Q(user_id__in=viewer.user_ids) | Q(for_user_id__in=viewer.user_ids)
    return acts.filter(mine, what__in=["MAKE", "CHECK", "RELEASE"])


def own_step(batch: Batch, viewer: Viewer) -> BatchAct | None:
    """This function returns the step that the viewer, or who acts for her or she for, took with a batch; None: none."""
    return steps_taken(batch.acts.all(), viewer).first()
