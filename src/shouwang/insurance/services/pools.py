"""Pools: opened for a term, paid in, topped up, carried over; and every movement out of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shouwang.audit.services import entry_append
from shouwang.funds.errors import DocumentMissing
from shouwang.insurance.errors import (
    InsurerUnknown,
    NothingToCarry,
    NotOwing,
    PoolEmpty,
    PoolNotFound,
    PoolStale,
    PoolTaken,
    PoolTerm,
    TenderMissing,
    TooMuchPaidIn,
)
from shouwang.insurance.models import Pool, PoolEntry
from shouwang.insurance.rules import UNDER_WAY, Keeper, PoolMove, State
from shouwang.insurance.selectors import payment_largest_fen, pool_get, pool_sums
from shouwang.insurance.services.ledger import LENT, pool_carry_on, pool_fund, pool_most_fen
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import organisations_by_ids, top_area
from shouwang.rulebook.insurance import Pool as Terms
from shouwang.rulebook.insurance import pools_of
from shouwang.rulebook.values import Provision
from shouwang.rulebook.windows import months_before
from shouwang.standards.selectors import policy_for

PURPOSE = 60 - len(LENT)


@dataclass(frozen=True)
class Opening:
    """A term to open: the pack's pool by key, first and last day (`until_date` is the day after), insurer, contract.

    `heads` is the number insured where it differs from the pack's; nobody is named. `tender` is the paper by which the
    insurer won, where the pack has it found by tender.
    """

    key: str
    from_date: date
    until_date: date | None
    organisation_id: int
    document: str
    heads: int | None = None
    tender: str = ""

    def __post_init__(self) -> None:
        numbers_refuse(self.document, self.tender)


def pools_stated(viewer: Viewer, on: date) -> tuple[Provision[Terms], ...]:
    """This function returns the pools that the policy of the viewer's county states on a day; NoPolicyInForce."""
    _, policy = policy_for(slot=viewer.ranges[0][0], on=on)
    return pools_of(policy)


def term_end(terms: Terms, from_date: date) -> date | None:
    """This function returns the day after the last of a term, None where the policy leaves its length open."""
    return months_before(from_date, -terms.term_months) if terms.term_months else None


def pool_open(*, viewer: Viewer, opening: Opening, at: datetime) -> Pool:
    """This function opens one term of a pool in the viewer's county, as the policy of its first day states it.

    Raises PoolNotFound, PoolTerm, PoolTaken, InsurerUnknown, TenderMissing, and NoPolicyInForce.
    """
    if viewer.kind is not Kind.COUNTY_CENTRE:
        raise PoolNotFound
    lo, hi = viewer.ranges[0]
    version, policy = policy_for(slot=lo, on=opening.from_date)
    stated = next((one for one in pools_of(policy) if one.key == opening.key), None)
    if stated is None:
        raise PoolNotFound
    terms = stated.value
    until = term_end(terms, opening.from_date) or opening.until_date
    if until is None or until <= opening.from_date:
        raise PoolTerm
    if opening.until_date is not None and opening.until_date != until:
        raise PoolTerm(until)
    insurer = organisations_by_ids({opening.organisation_id}).get(opening.organisation_id)
    if insurer is None or insurer.kind != Kind.INSURER.value or not insurer.area.lo <= lo <= insurer.area.hi:
        raise InsurerUnknown
    if not opening.document.strip():
        raise InsurerUnknown("请写明保险合同的文号。")
    if terms.by_tender and not opening.tender.strip():
        raise TenderMissing
    heads = opening.heads or terms.heads
    fund = terms.premium * heads if terms.premium is not None and heads is not None else terms.total_fen
    with transaction.atomic():
        taken = Pool.objects.select_for_update().filter(slot=lo, key=opening.key)
        if taken.filter(from_date__lt=until, until_date__gt=opening.from_date).exists():
            raise PoolTaken
        area = top_area(viewer)
        pool = Pool(
            slot=lo, hi=hi, area_name=area.name if area else viewer.organisation_name, key=stated.key,
            name=stated.name, causes=list(terms.causes), insures=list(terms.insures), adds_to=terms.adds_to or "",
            from_date=opening.from_date, until_date=until, premium_fen=terms.premium, heads=heads, fund_fen=fund,
            rolls_over=terms.rolls_over, may_owe=terms.topped_up, organisation_id=insurer.pk,
            insurer_name=insurer.name[:120], document=opening.document.strip()[:120], pack_version=version,
            source=stated.source.document[:300], clause=stated.source.clause[:300], mark=stated.mark_text,
            opened_at=at, opened_by=viewer.label[:200], kept_by=terms.kept_by,
            file_within_days=terms.file_within_days, by_tender=terms.by_tender, tender=opening.tender.strip()[:120],
        )  # fmt: skip
        _keeper(pool, viewer, is_wider=(insurer.area.lo, insurer.area.hi) != (lo, hi))
        try:
            with transaction.atomic():
                pool.save(force_insert=True)
        except IntegrityError as error:
            raise PoolTaken from error
        _audit(pool, viewer=viewer, at=at, action="pool.register", fund_fen=fund, heads=heads)
    return pool


def _keeper(pool: Pool, viewer: Viewer, *, is_wider: bool) -> None:
    """This function states who keeps the money, and under which purpose it stands in the ledger, its own."""
    is_insurer = pool.kept_by == Keeper.INSURER
    pool.holder_id = pool.organisation_id if is_insurer else viewer.organisation_id
    pool.holder_name = (pool.insurer_name if is_insurer else viewer.organisation_name)[:120]
    pool.money_year = pool.from_date.year
    # An insurer of several counties keeps each county's money by itself.
    whose = f"（{pool.area_name}）" if is_insurer and is_wider else ""
    purpose = f"{pool.name}{whose}"
    if Pool.objects.filter(holder_id=pool.holder_id, purpose=purpose[:PURPOSE], money_year=pool.money_year).exists():
        purpose = f"{purpose[: PURPOSE - 6]} {pool.from_date:%m-%d}"
    pool.purpose = purpose[:PURPOSE]


def pool_pay_in(
    *,
    viewer: Viewer,
    pool_id: int,
    version: int,
    move: str,
    amount_fen: int,
    on: date,
    note: str,
    at: datetime,
    source: str = "COUNTY",
    with_budget: bool = False,
) -> PoolEntry:
    """This function records premium paid in, or what the county made up for, out of the county's account of a source.

    `with_budget` records first that the money reached that account. Raises TooMuchPaidIn, NotOwing, PoolUnfunded, and
    DocumentMissing without a `note`.
    """
    numbers_refuse(note)
    with transaction.atomic():
        pool = _locked(viewer, pool_id, version)
        kind = PoolMove(move)
        if kind is PoolMove.PREMIUM:
            left = pool_sums(pool).premium_left_fen
            if not 0 < amount_fen <= left:
                raise TooMuchPaidIn(left)
        else:
            lack = _lack(pool, viewer=viewer, at=at)
            if kind is not PoolMove.TOP_UP or not 0 < amount_fen <= lack:
                raise NotOwing(lack)
        if not note.strip():
            raise DocumentMissing
        pool_fund(
            pool, viewer=viewer, source=source, fen=amount_fen, on=on, document=note.strip(),
            name=f"in:{pool.version}", with_budget=with_budget, at=at,
        )  # fmt: skip
        return entry_add(
            pool, viewer=viewer, move=kind, amount_fen=amount_fen, on=on, at=at, note=note,
            source_ref=f"pool:{pool.pk}:{pool.version}",
        )  # fmt: skip


def _lack(pool: Pool, *, viewer: Viewer, at: datetime) -> int:
    """This function returns in fen what a pool lacks: below zero, or for what it has promised and not paid yet.

    The county pays each household out of one source: it may also make up for what the largest payment lacks of one.
    """
    lack = pool_sums(pool).promised_fen - pool.balance_fen
    if pool.kept_by == Keeper.COUNTY:
        lack = max(lack, payment_largest_fen(pool) - pool_most_fen(viewer, pool, at=at))
    return max(0, lack)


def carry_waits(pool: Pool, following: Pool | None, *, on: date) -> str:
    """This function says in Chinese what a surplus still waits for before it can be carried on; empty when nothing."""
    over = (State.PAID, State.RECOVERED, State.REJECTED, State.WITHDRAWN)
    if on < pool.until_date:
        return f"{pool.until_date:%Y-%m-%d} 期满以后才能转"
    if (
        pool.claims.exclude(state__in=over).exists()
        or pool.claims.filter(advance_state__in=UNDER_WAY).exists()
        or pool.claims.filter(earlier__state__in=UNDER_WAY).exists()
    ):
        return "还有没办完的理赔，办完才能转"
    return "" if following is not None else "下一期还没有登记，登记以后才能转"


def pool_following(pool: Pool) -> QuerySet[Pool]:
    """This function returns the later terms of a pool, the next one first."""
    return Pool.objects.filter(slot=pool.slot, key=pool.key, from_date__gte=pool.until_date).order_by("from_date")


def pool_carry(*, viewer: Viewer, pool_id: int, version: int, on: date, at: datetime) -> Pool:
    """This function carries what a term left over into the next one; raises NothingToCarry."""
    with transaction.atomic():
        pool = _locked(viewer, pool_id, version)
        following = pool_following(pool).select_for_update().first()
        ready = pool.rolls_over and pool.balance_fen > 0 and not carry_waits(pool, following, on=on)
        if following is None or not ready or pool.carried_to_id is not None:
            raise NothingToCarry
        left = pool.balance_fen
        pool.carried_to = following
        pool_carry_on(pool, following, viewer=viewer, fen=left, on=on, at=at)
        for each, kind, fen in (
            (pool, PoolMove.CARRIED_OUT, -left),
            (following, PoolMove.CARRIED_IN, left),
        ):
            entry_add(
                each, viewer=viewer, move=kind, amount_fen=fen, on=on, at=at,
                source_ref=f"carry:{pool.pk}:{kind.value.lower()}", note=f"{pool.from_date:%Y-%m-%d} 起的一期",
            )  # fmt: skip
    return following


def entry_add(
    pool: Pool,
    *,
    viewer: Viewer,
    move: PoolMove,
    amount_fen: int,
    on: date,
    at: datetime,
    source_ref: str,
    note: str = "",
    claim_id: int | None = None,
) -> PoolEntry:
    """This function adds a movement to a pool that the caller has locked; raises PoolEmpty."""
    after = pool.balance_fen + amount_fen
    if amount_fen < 0 and after < 0 and not pool.may_owe:
        raise PoolEmpty(name=pool.name, balance_fen=pool.balance_fen, wanted_fen=-amount_fen)
    pool.balance_fen = after
    if amount_fen > 0:
        pool.paid_in_fen += amount_fen
    else:
        pool.paid_out_fen -= amount_fen
    pool.version += 1
    pool.save()
    entry = PoolEntry.objects.create(
        pool=pool, slot=pool.slot, organisation_id=pool.organisation_id, move=move, amount_fen=amount_fen,
        claim_id=claim_id, note=note.strip()[:200], source_ref=source_ref, on=on, at=at, actor=viewer.label[:200],
        user_id=viewer.user_id,
    )  # fmt: skip
    _audit(pool, viewer=viewer, at=at, action="pool.book", move=move.value, amount_fen=amount_fen, claim=claim_id)
    return entry


def pool_locked(pool_id: int) -> Pool:
    """This function locks a pool for a movement; raises PoolNotFound."""
    pool = Pool.objects.select_for_update().filter(pk=pool_id).first()
    if pool is None:
        raise PoolNotFound
    return pool


def _locked(viewer: Viewer, pool_id: int, version: int) -> Pool:
    if viewer.kind is not Kind.COUNTY_CENTRE:
        raise PoolNotFound
    pool_get(viewer, pool_id)
    pool = pool_locked(pool_id)
    if pool.version != version:
        raise PoolStale
    return pool


def _audit(pool: Pool, *, viewer: Viewer, at: datetime, action: str, **after: object) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="insurance.Pool", subject_id=pool.pk, slot=pool.slot, at=at,
        after={"key": pool.key, "balance_fen": pool.balance_fen, **after},
    )  # fmt: skip
