"""What a receipt opens: a word without its PIN, with it the matter of the household it was made for.

Known and unknown receipts cost the same: the tries are counted under the typed number, the PIN is hashed with the
number's own salt, and one statement compares both. Nothing is read before that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import connection

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.people.access import NOBODY, Kind, Role, Viewer, acting_as
from shouwang.public.services.limits import use_count
from shouwang.public.services.receipts import code_blind, pin_hash

SALT, MINUTES_OPEN = "shouwang.public.opened", 20


class PassGone(Refusal):
    """The page was opened too long ago, or the PIN was changed since."""

    sentence = "这一页打开太久了，请重新输入回执号和密码。"


@dataclass(frozen=True)
class Opened:
    """A receipt whose PIN was right; `is_given`: an officer gave the PIN to the household itself."""

    receipt_id: int
    slot: int
    case_id: int | None
    is_given: bool
    pin_at: datetime
    stage: str

    @property
    def viewer(self) -> Viewer:
        """Under whose eyes the household's own matter is read: the system, held to the household's village."""
        return Viewer(None, None, None, Kind.SYSTEM, "", Role.NOBODY, ((self.slot, self.slot),), "凭回执和密码", "农户")


def stage_of(*, receipt: str, address: str, at: datetime) -> str | None:
    """This function returns the stage of a receipt (`rules.stages`), None for one that was never given out."""
    use_count("stage_address", address, at=at)
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute("select public_stage(%s)", [code_blind(receipt)])
        return cursor.fetchone()[0]


def receipt_open(*, receipt: str, pin: str, address: str, at: datetime) -> Opened | None:
    """This function opens a receipt with its PIN; None for a wrong PIN, none set, or no such receipt.

    Raises TooOften, by receipt and by address, whether or not the receipt exists.
    """
    use_count("pin_address", address, at=at)
    use_count("pin_receipt", receipt, at=at)
    code = code_blind(receipt)
    opened = _row("select * from public_opened(%s, %s)", [code, pin_hash(pin, code=code)])
    if opened is not None:
        with acting_as(opened.viewer):
            entry_append(viewer=opened.viewer, action="receipt.open", subject_type="public.Receipt",
                         subject_id=opened.receipt_id, slot=opened.slot, at=at)  # fmt: skip
    return opened


def pass_make(opened: Opened) -> str:
    """This function returns what the next form of the same page carries instead of receipt and PIN."""
    return signing.dumps([opened.receipt_id, opened.pin_at.isoformat()], salt=SALT)


def pass_open(text: str) -> Opened:
    """This function opens a receipt again from a form of its page; raises PassGone."""
    try:
        receipt_id, pin_at = signing.loads(text, salt=SALT, max_age=MINUTES_OPEN * 60)
    except (signing.BadSignature, ValueError, TypeError):
        raise PassGone from None
    opened = _row("select * from public_reopened(%s, %s)", [receipt_id, datetime.fromisoformat(pin_at)])
    if opened is None:
        raise PassGone
    return opened


def _row(statement: str, values: list[Any]) -> Opened | None:
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return Opened(*row) if row else None
