"""How long money took from the day its project was selected (遵化: 20 days) to a level."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shouwang.funds.models import Account, Posting
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class Elapsed:
    """How long money took from the day its project was selected to a level."""

    organisation_name: str
    purpose: str
    selected_on: date
    came_on: date
    amount_fen: int
    document: str

    @property
    def days(self) -> int:
        return (self.came_on - self.selected_on).days


def selection_to_money(viewer: Viewer, *, since: datetime | None = None) -> list[Elapsed]:
    """This function returns how many days lay between the selection of a project and its money, newest first."""
    ids = accounts_visible_to(viewer).filter(stage=Account.Stage.AVAILABLE).values("pk")
    rows = Posting.objects.filter(account_id__in=ids, amount_fen__gt=0, entry__selected_on__isnull=False)
    if since is not None:
        rows = rows.filter(entry__at__gte=since)
    return [
        Elapsed(
            row.account.organisation_name, row.account.purpose, row.entry.selected_on, row.entry.on, row.amount_fen,
            row.entry.document,
        )
        for row in rows.select_related("entry", "account").order_by("-pk")
        if row.entry.selected_on is not None
    ]  # fmt: skip
