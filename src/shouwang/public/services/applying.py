"""An application from a page without an account: one row and its receipt, written by a function of the database."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.kit.texts import numbers_refuse
from shouwang.people.access import NOBODY, acting_as
from shouwang.public.rules.receipts import pin_check
from shouwang.public.selectors.policy import matter_due, matter_for
from shouwang.public.services.limits import use_count
from shouwang.public.services.receipts import code_blind, pin_hash, receipt_for
from shouwang.sources.rules.report import occurred_check

APPLICANT = "农户自主申请"


class FormStale(Refusal):
    """The form's key is none of ours, or was used for other contents."""

    sentence = "这张申请表已经交过了，内容和这次的不一样。要申请另一件事，请重新打开“我要申请”。"


@dataclass(frozen=True)
class Contact:
    """Who it is about and whom to call; sealed in the database."""

    name: str
    resident_id: str = ""
    phone: str = ""
    home: str = ""
    applicant: str = ""


@dataclass(frozen=True)
class Wish:
    """What is applied for; amounts in fen, None = not known."""

    slot: int
    by: str
    cause: str
    cause_note: str
    occurred_on: date
    summary: str
    self_paid_fen: int | None
    contact: Contact


def contact_context(token: str) -> str:
    """This function returns the sealing context of an application's contact."""
    return f"public_application:{token}"


def application_send(*, wish: Wish, key: str, pin: str, address: str, at: datetime) -> str:
    """This function takes an application and returns its receipt; the same form again returns the same receipt.

    Raises TooOften, PinEasy, FormStale, PersonalNumberInText and the refusals of a day that cannot be.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", key):
        raise FormStale
    today = at.astimezone(SHANGHAI).date()
    occurred_check(wish.occurred_on, on=today)
    numbers_refuse(wish.summary, wish.cause_note, wish.contact.name, wish.contact.home, wish.contact.applicant)
    if pin:
        pin_check(pin, numbers=(wish.contact.phone, wish.contact.resident_id))
    use_count("apply_address", address, at=at)
    use_count("apply_village", str(wish.slot), at=at)
    ring, receipt = keyring(), receipt_for(key)
    token, code = ring.blind("public_token", key).hex(), code_blind(receipt)
    said = json.dumps({**asdict(wish), "pin": pin}, ensure_ascii=False, sort_keys=True, default=str)
    due = matter_due(matter_for(wish.slot, "application", on=today), today)
    values: list[Any] = [
        token, ring.blind("public_body", said), wish.slot,
        ring.seal(json.dumps(asdict(wish.contact), ensure_ascii=False), context=contact_context(token)),
        wish.by, wish.cause, wish.cause_note, wish.occurred_on, wish.summary, wish.self_paid_fen,
        due.day if due else None, code, pin_hash(pin, code=code) if pin else None, APPLICANT, at,
    ]  # fmt: skip
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute(f"select public_applied({', '.join(['%s'] * len(values))})", values)
        became = cursor.fetchone()[0]
        if became == "other":
            raise FormStale
        if became == "new":
            entry_append(viewer=NOBODY, action="application.send", subject_type="public.Application", subject_id=0,
                         slot=wish.slot, at=at, after={"channel": "APPLICATION", "cause": wish.cause})  # fmt: skip
    return receipt
