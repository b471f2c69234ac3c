"""Many claims of a pool computed in one go: asked for on a page, carried out by the worker, household by household.

Each batch of households is a transaction that also remembers how far it came: whatever dies in between goes on behind
it, and nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from shouwang.audit.services import entry_append
from shouwang.insurance.errors import ClaimNotFound, PoolNotFound, SettleAskerGone, SettleUnderWay
from shouwang.insurance.models import Claim, SettleLeft, SettleWork
from shouwang.insurance.rules import STEPS, State
from shouwang.insurance.selectors import claims_visible_to, pool_get
from shouwang.insurance.services.common import WORKERS
from shouwang.insurance.services.settling_list import Left, Listed, list_read
from shouwang.insurance.services.settling_rows import Batch, Ladders, households_settle
from shouwang.kit.locks import Lock
from shouwang.kit.tables import TableLimits
from shouwang.office.services import (
    ATTEMPTS,
    Errands,
    errand_viewer,
    file_open,
    file_store,
    progress_advance,
    progress_plan,
)
from shouwang.people.access import Viewer, acting_as

HOUSEHOLDS = 250  # in one transaction
TRIES = 3  # of a batch that met an invoice somebody else was just using
Stage = SettleWork.State
SETTLES = Errands(
    task="insurance.settle", lock=Lock.SETTLING, model=SettleWork,
    broken="因程序故障停止，算过的都在，再交一次会接着算。请联系系统管理员。",
    given_up=f"中断了 {ATTEMPTS} 次。算过的都在，请联系系统管理员查看日志后再交一次。",
)  # fmt: skip


def settle_request(
    *,
    viewer: Viewer,
    pool_id: int,
    at: datetime,
    list_name: str = "",
    content: bytes = b"",
    is_queued: bool = True,
) -> SettleWork:
    """This function has the worker compute the open claims of a pool, or those of a list that is handed in.

    Not `is_queued`: the caller carries it out. Raises PoolNotFound, SettleUnderWay.
    """
    pool = pool_get(viewer, pool_id)
    _, kinds = STEPS["assess"]
    if viewer.kind not in kinds or viewer.role not in WORKERS or viewer.appointment_id is None:
        raise PoolNotFound
    try:
        with transaction.atomic():
            stored = None
            if content:
                stored = file_store(
                    viewer=viewer, name=list_name, content=content, at=at, days=settings.UPLOAD_KEEP_DAYS,
                    slot=pool.slot, purpose="理赔定损清单",
                )  # fmt: skip
            work = SettleWork.objects.create(
                pool=pool, slot=pool.slot, organisation_id=pool.organisation_id,
                asked_organisation_id=viewer.organisation_id or 0, appointment_id=viewer.appointment_id,
                file_id=stored.pk if stored else None, requested_at=at, requested_by=viewer.label[:200],
            )  # fmt: skip
            progress = progress_plan(
                viewer=viewer, label=f"计算{pool.name}的理赔", at=at, slot=pool.slot, unit="件",
                href=reverse("insurance:settle_work", args=[pool.pk, work.pk]),
            )  # fmt: skip
            work.progress_id = progress.pk
            work.save(update_fields=["progress_id"])
            if is_queued:
                SETTLES.queue(work.pk)
            entry_append(
                viewer=viewer, action="pool.compute", subject_type="insurance.Pool", subject_id=pool.pk, slot=pool.slot,
                at=at, after={"work": work.pk, "file": work.file_id},
            )  # fmt: skip
    except IntegrityError:
        raise SettleUnderWay from None
    return work


def settle_execute(*, work_id: int, at: datetime) -> None:
    """This function carries the work out; what is finished, or another process's, is left alone."""
    SETTLES.execute(work_id, lambda work: _carry_out(work, at=at), at=at)


def settles_resume(*, at: datetime) -> int:
    """This function queues work again that nobody is carrying out, and returns how much; worker only."""
    return SETTLES.resume(at=at)


def _viewer(work: SettleWork, *, at: datetime) -> Viewer:
    viewer = errand_viewer(work, at=at)
    if viewer is None or viewer.organisation_id != work.asked_organisation_id:
        raise SettleAskerGone
    return viewer


def _carry_out(work: SettleWork, *, at: datetime) -> None:
    viewer, ladders = _viewer(work, at=at), Ladders()
    listed, unread = _list(work, viewer, at=at)
    with acting_as(viewer):
        known = _known(work, viewer, listed)
        if work.total is None:
            _open(work, known, listed, unread)
    # Those of one household stand together: the cap of a year is counted from one to the next.
    households = sorted({household for _, household in known if household > work.after_household})
    for first in range(0, len(households), HOUSEHOLDS):
        part = households[first : first + HOUSEHOLDS]
        batch = _batch(work, viewer, part, listed, ladders, at=at)
        work.computed, work.same = work.computed + len(batch.computations), work.same + batch.same
        work.left += len(batch.left)
    SETTLES.end(work, Stage.PARTLY if work.left else Stage.DONE, work_text(work), at=at)


def _list(work: SettleWork, viewer: Viewer, *, at: datetime) -> tuple[Mapping[int, Listed] | None, list[Left]]:
    """This function reads the list that was handed in; None where every open claim of the pool is meant."""
    if work.file_id is None:
        return None, []
    with acting_as(viewer):
        name, content = file_open(viewer=viewer, file_id=work.file_id, at=at)
    limits = TableLimits(xlsx_bytes=settings.XLSX_LIMIT_BYTES, csv_bytes=settings.CSV_LIMIT_BYTES)
    return list_read(content, name=name, limits=limits)


def _known(work: SettleWork, viewer: Viewer, listed: Mapping[int, Listed] | None) -> list[tuple[int, int]]:
    """This function returns the claims the work is about, as (claim, household)."""
    claims = claims_visible_to(viewer).filter(pool_id=work.pool_id).order_by()
    if listed is None:
        return list(claims.filter(state=State.OPEN).values_list("pk", "household_id"))
    return [pair for pair in claims.values_list("pk", "household_id") if pair[0] in listed]


def _open(
    work: SettleWork, known: Sequence[tuple[int, int]], listed: Mapping[int, Listed] | None, unread: Sequence[Left]
) -> None:
    """This function states once how many claims there are, and what of the list is none of the pool's or unreadable."""
    here = {claim for claim, _ in known}
    strange = [
        Left(None, one.row, f"理赔号 {one.claim_id}：{ClaimNotFound().message}")
        for one in (listed or {}).values()
        if one.claim_id not in here
    ]
    # A number that is no claim of the pool's is not made a link.
    told = Claim.objects.filter(pool_id=work.pool_id, pk__in={one.claim_id for one in unread if one.claim_id})
    own = set(told.values_list("pk", flat=True))
    readable = [one if one.claim_id in own else replace(one, claim_id=None) for one in unread]
    _left_add(work, [*readable, *strange])
    work.total, work.left = len(known) + len(unread) + len(strange), len(unread) + len(strange)
    SettleWork.objects.filter(pk=work.pk).update(total=work.total, left=work.left)


def _batch(
    work: SettleWork,
    viewer: Viewer,
    households: Sequence[int],
    listed: Mapping[int, Listed] | None,
    ladders: Ladders,
    *,
    at: datetime,
) -> Batch:
    """This function computes some households in a transaction of its own, which also says how far the work came.

    An invoice that somebody else used in this moment is looked at again.
    """
    for attempt in range(1, TRIES + 1):
        try:
            with acting_as(viewer):
                batch = households_settle(
                    viewer=viewer, work=work, households=households, listed=listed, ladders=ladders, at=at
                )  # fmt: skip
                _left_add(work, batch.left)
                _advance(work, batch, households[-1], at=at)
                return batch
        except IntegrityError:
            if attempt == TRIES:
                raise
    raise AssertionError("unreachable")


def _advance(work: SettleWork, batch: Batch, household: int, *, at: datetime) -> None:
    """This function adds a batch to the figures in the transaction that made it: a dead worker adds nothing."""
    more = {"computed": len(batch.computations), "same": batch.same, "left": len(batch.left)}
    SettleWork.objects.filter(pk=work.pk).update(
        after_household=household, **{name: F(name) + number for name, number in more.items()}
    )
    if work.progress_id:
        done = work.computed + work.same + work.left + sum(more.values())
        progress_advance(progress_id=work.progress_id, done=done, total=work.total, at=at)


def _left_add(work: SettleWork, left: Sequence[Left]) -> None:
    SettleLeft.objects.bulk_create(
        SettleLeft(
            work=work, slot=work.slot, organisation_id=work.organisation_id, claim_id=one.claim_id, row=one.row,
            reason=one.reason[:300],
        )
        for one in left
    )  # fmt: skip


def work_text(work: SettleWork) -> str:
    """This function says what came of the work in words."""
    said = [
        f"算出 {work.computed:,} 件" if work.computed else "",
        f"{work.same:,} 件金额没有变" if work.same else "",
        f"{work.left:,} 件没有算成，原因在下面" if work.left else "",
    ]
    return "，".join(each for each in said if each) + "。" if any(said) else "没有要计算的理赔。"
