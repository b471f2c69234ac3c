"""Reads of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connections
from django.db.models import QuerySet, Sum

from shouwang.funds.models import Account, BalanceFinding, Entry, Posting
from shouwang.funds.rules import READERS
from shouwang.people.access import Kind, Viewer

STAGES: tuple[str, ...] = tuple(stage.value for stage in Account.Stage)


def accounts_visible_to(viewer: Viewer) -> QuerySet[Account]:
    """This function returns the accounts of the viewer's areas, or of her own organisation."""
    if viewer.kind is Kind.SYSTEM or (viewer.kind in READERS and viewer.reads_register):
        return Account.objects.filter(viewer.q())
    if viewer.kind in READERS and viewer.organisation_id is not None:
        return Account.objects.filter(organisation_id=viewer.organisation_id)
    return Account.objects.none()


def account_visible(viewer: Viewer, account_id: int) -> Account | None:
    """This function returns an account the viewer may read, or None."""
    return accounts_visible_to(viewer).filter(pk=account_id).first()


def year_left(viewer: Viewer, year: int) -> list[Account]:
    """This function returns the accounts of the viewer's organisation that still hold available money of a year."""
    rows = Account.objects.filter(organisation_id=viewer.organisation_id or 0, year=year, stage=Account.Stage.AVAILABLE)
    return list(rows.filter(balance_fen__gt=0).order_by("source", "purpose", "pk"))


@dataclass(frozen=True)
class LevelSum:
    """The money of one organisation, source, purpose and year by stage, in fen; `id` is the account to look into."""

    level: int
    slot: int
    organisation_id: int
    organisation_name: str
    source: str
    source_label: str
    purpose: str
    year: int
    id: int | None
    received_fen: int
    passed_on_fen: int
    available_fen: int
    pool_fen: int
    committed_fen: int
    transit_fen: int
    paid_fen: int


def money_by_level(viewer: Viewer, *, year: int | None = None) -> list[LevelSum]:
    """This function returns the viewer's money by organisation and kind, the highest level first.

    Received is what came in less what a change of purpose or year took out again; what was received equals passed on,
    available, in a pool, committed, in transit and paid together.
    """
    accounts = accounts_visible_to(viewer)
    if year is not None:
        accounts = accounts.filter(year=year)
    grouped: dict[tuple[object, ...], dict[str, Account]] = {}
    for account in accounts.order_by("level", "slot", "organisation_id", "source", "purpose", "year"):
        key = (account.organisation_id, account.source, account.purpose, account.year)
        grouped.setdefault(key, {})[account.stage] = account
    passed = _passed_on([parts["AVAILABLE"].pk for parts in grouped.values() if "AVAILABLE" in parts])
    return [_level_sum(parts, passed) for parts in grouped.values()]


def _passed_on(account_ids: Sequence[int]) -> dict[int, int]:
    rows = Posting.objects.filter(account_id__in=account_ids, amount_fen__lt=0, entry__kind=Entry.Kind.ALLOCATE)
    return {pk: -int(fen) for pk, fen in rows.values_list("account_id").annotate(Sum("amount_fen"))}


def _level_sum(parts: dict[str, Account], passed: dict[int, int]) -> LevelSum:
    one = next(iter(parts.values()))
    fen = {stage: parts[stage].balance_fen if stage in parts else 0 for stage in STAGES}
    available = parts.get("AVAILABLE")
    main = available or parts.get("POOL")
    gone = passed.get(available.pk, 0) if available else 0
    held = sum(fen[stage] for stage in STAGES if stage != "ORIGIN")
    return LevelSum(
        level=one.level, slot=one.slot, organisation_id=one.organisation_id, organisation_name=one.organisation_name,
        source=one.source, source_label=one.get_source_display(), purpose=one.purpose, year=one.year,
        id=main.pk if main else None, received_fen=held + gone, passed_on_fen=gone,
        available_fen=fen["AVAILABLE"], pool_fen=fen["POOL"], committed_fen=fen["COMMITTED"],
        transit_fen=fen["TRANSIT"], paid_fen=fen["PAID"],
    )  # fmt: skip


def balance_findings(viewer: Viewer, *, since: datetime) -> QuerySet[BalanceFinding]:
    """This function returns the nights since then on which a kept balance was wrong, in the viewer's areas."""
    ids = accounts_visible_to(viewer).values("pk")
    return BalanceFinding.objects.filter(account_id__in=ids, found_at__gte=since).select_related("account")


@dataclass(frozen=True)
class Recounted:
    """An account whose kept balance is not the sum of its postings."""

    account_id: int
    slot: int
    organisation_id: int
    kept_fen: int
    counted_fen: int


def balances_recounted(*, using: str = "batch") -> tuple[int, list[Recounted]]:
    """This function adds up every posting and returns how many accounts there are and which balances differ.

    Kept and counted are read in one statement, so that no posting falls between them. For the batch role.
    """
    sql = """
        select a.id, a.slot, a.organisation_id, a.balance_fen, coalesce(p.total, 0)::bigint,
               a.balance_fen <> coalesce(p.total, 0)
        from funds_account a
        left join (select account_id, sum(amount_fen) as total from funds_posting group by 1) p on p.account_id = a.id
    """
    with connections[using].cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall()
    return len(rows), [Recounted(*row[:5]) for row in rows if row[5]]
