"""Posting: balanced entries, made once under their key, many in two statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from shouwang.funds.errors import AccountNotFound, EntryKeyTaken, EntryUnbalanced, NotEnoughMoney
from shouwang.funds.models import Account, Entry, Posting
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class Movement:
    """One entry to be made: `lines` are (account id, fen), adding up to nothing; `slot` says who may read it."""

    key: str
    kind: str
    slot: int
    lines: tuple[tuple[int, int], ...]
    on: date
    document: str = ""
    note: str = ""
    earmarked_for: int | None = None
    selected_on: date | None = None
    payment_id: int | None = None
    merged: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        merged: dict[int, int] = {}
        for account, fen in self.lines:
            merged[account] = merged.get(account, 0) + fen
        object.__setattr__(self, "merged", {account: fen for account, fen in merged.items() if fen})
        if sum(self.merged.values()) or len(self.merged) < 2:
            raise EntryUnbalanced


# Keys that stand already are left out: they are compared afterwards. A key another transaction is at waits for it.
_ENTRIES = """
    insert into funds_entry (key, kind, slot, organisation_id, "on", at, by, user_id, document, note, earmarked_for,
                             selected_on, payment_id)
    select key, kind, slot, %s, "on", %s, %s, %s, document, note, earmarked_for, selected_on, payment_id
    from unnest(%s::text[], %s::text[], %s::bigint[], %s::date[], %s::text[], %s::text[], %s::bigint[], %s::date[],
                %s::bigint[]) as m(key, kind, slot, "on", document, note, earmarked_for, selected_on, payment_id)
    on conflict (key) do nothing returning key, id
"""
# Place and organisation are the account's own: a posting is read by whoever reads its account.
_POSTINGS = """
    insert into funds_posting (entry_id, account_id, slot, organisation_id, amount_fen)
    select p.entry_id, a.id, a.slot, a.organisation_id, p.amount_fen
    from unnest(%s::bigint[], %s::bigint[], %s::bigint[]) as p(entry_id, account_id, amount_fen)
    join funds_account a on a.id = p.account_id
"""


def entries_post(*, viewer: Viewer, movements: Sequence[Movement], at: datetime) -> int:
    """This function makes entries and returns how many are new; what stands already under its key is not made again.

    Raises EntryKeyTaken when a key stands for another movement, NotEnoughMoney, AccountNotFound. The caller writes the
    audit row of the act that the entries belong to. All or nothing.
    """
    if not movements:
        return 0
    if len({movement.key for movement in movements}) < len(movements):
        raise EntryKeyTaken(movements[0].key)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            made = _entries_add(cursor, viewer, movements, at)
            lines = [
                (made[movement.key], account, fen)
                for movement in movements
                if movement.key in made
                for account, fen in movement.merged.items()
            ]
            if lines:
                cursor.execute(_POSTINGS, [list(column) for column in zip(*lines, strict=True)])
                if cursor.rowcount != len(lines):
                    raise AccountNotFound
    except IntegrityError as error:
        if "account_not_below_zero" in str(error):
            raise _short_of(movements) from None
        raise
    _compare([movement for movement in movements if movement.key not in made])
    return len(made)


def _entries_add(cursor: Any, viewer: Viewer, movements: Sequence[Movement], at: datetime) -> dict[str, int]:
    columns = zip(
        *(
            (m.key, m.kind, m.slot, m.on, m.document[:200], m.note[:300], m.earmarked_for, m.selected_on, m.payment_id)
            for m in movements
        ),
        strict=True,
    )
    organisation = viewer.organisation_id or 0
    cursor.execute(_ENTRIES, [organisation, at, viewer.label[:200], viewer.user_id, *map(list, columns)])
    return dict(cursor.fetchall())


def _short_of(movements: Sequence[Movement]) -> NotEnoughMoney:
    """This function names the first account that the movements would overdraw."""
    wanted: dict[int, int] = {}
    for movement in movements:
        for pk, fen in movement.merged.items():
            wanted[pk] = wanted.get(pk, 0) + fen
    for account in Account.objects.filter(pk__in=wanted).exclude(stage=Account.Stage.ORIGIN).order_by("pk"):
        if account.balance_fen + wanted[account.pk] < 0:
            return NotEnoughMoney(f"{account}（{account.get_stage_display()}）", account.balance_fen)
    return NotEnoughMoney()


def _compare(movements: Sequence[Movement]) -> None:
    """This function refuses movements whose key stands for something else."""
    keys = [movement.key for movement in movements]
    standing: dict[str, dict[int, int]] = {key: {} for key in keys}
    rows = Posting.objects.filter(entry__key__in=keys).values_list("entry__key", "account_id", "amount_fen")
    for key, account, fen in rows:
        standing[key][account] = fen
    kinds = dict(Entry.objects.filter(key__in=keys).values_list("key", "kind"))
    for movement in movements:
        if standing[movement.key] != movement.merged or kinds.get(movement.key) != movement.kind:
            raise EntryKeyTaken(movement.key)
