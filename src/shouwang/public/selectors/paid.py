"""What was granted and paid to the household of an opened receipt; read through a function of the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from shouwang.people.access import NOBODY, acting_as
from shouwang.public.rules.paid import PAID, paid_word


@dataclass(frozen=True)
class Granted:
    """One amount that was approved for the household, and how far it has come.

    `day` is when the bank paid or gave it back, or when it was sent; None before that. `recovered_fen` is what the
    household gave back afterwards. `ref` and `reference` name what was approved and the payment ('' = none yet).
    """

    ref: str
    reference: str
    purpose: str
    ground: str
    payer: str
    approved_on: date
    amount_fen: int
    state: str
    day: date | None
    account: str
    recovered_fen: int

    @property
    def word(self) -> str:
        return paid_word(self.state)

    @property
    def is_paid(self) -> bool:
        return self.state == PAID

    @property
    def refs(self) -> Collection[str]:
        """Under which references the same money may stand as a benefit."""
        return {self.ref, f"payment:{self.reference}"}


def granted_to(*, receipt_id: int, pin_at: datetime) -> list[Granted]:
    """This function returns what was granted to the household of an opened receipt, newest first.

    Empty unless an officer handed the PIN over and it is still the receipt's.
    """
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute("select * from public_paid(%s, %s)", [receipt_id, pin_at])
        return [Granted(*row) for row in cursor.fetchall()]
