"""What the county centre pays itself of a month is set aside in its money, each once, as far as the money goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from shouwang.assistance.models import EntitlementFinding, EntitlementMonth, EntitlementPayee
from shouwang.assistance.rules import month_ref
from shouwang.funds.errors import PayerUnknown
from shouwang.funds.services import Payee, PaymentRequest, payments_request
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.seal import keyring
from shouwang.people.access import Viewer

CHUNK = 500


@dataclass(frozen=True)
class Asked:
    """A chunk of a month that the centre pays: the last row looked at, how many rows, what was set aside, what not."""

    last_id: int
    rows: int
    made: int
    total_fen: int
    short: int


def month_ask(*, viewer: Viewer, month: date, after_id: int, at: datetime) -> Asked:
    """This function sets aside the next chunk of what the viewer's centre pays of a month; what stands stays.

    Each is asked for once under `entitlement:<id>:<month>`; what finds no money is left for another time.
    """
    mine = EntitlementMonth.objects.filter(month=month, organisation_id=viewer.organisation_id or 0, pk__gt=after_id)
    # What was found to be paid wrongly is not set aside again once it was freed.
    wrong = EntitlementFinding.objects.filter(
        entitlement_id=OuterRef("entitlement_id"), month=OuterRef("month"), amount_fen__gt=0
    )
    own = mine.exclude(entitlement__purpose="").exclude(Exists(wrong)).select_related("entitlement").order_by("pk")
    rows = list(own[:CHUNK])
    payees = _payees({row.entitlement_id for row in rows})
    made = total = short = 0
    for purpose in sorted({row.entitlement.purpose for row in rows}):
        requests = [
            _request(row, payees[row.entitlement_id], at=at) for row in rows if row.entitlement.purpose == purpose
        ]
        try:
            asked = payments_request(viewer=viewer, requests=requests, about=f"entitlements {month:%Y-%m}", at=at)
        except PayerUnknown:
            short += len(requests)
        else:
            made, total, short = made + asked.made, total + asked.total_fen, short + asked.short
    return Asked(rows[-1].pk if rows else after_id, len(rows), made, total, short)


def _payees(entitlement_ids: set[int]) -> dict[int, Payee]:
    rows = EntitlementPayee.objects.filter(entitlement_id__in=entitlement_ids).order_by("entitlement_id", "-pk")
    ring = keyring()
    return {
        row.entitlement_id: Payee(
            row.name, ring.open(row.sealed_account, context=f"assistance_entitlementpayee:{row.reference}"), row.bank,
            row.relation,
        )
        for row in rows.distinct("entitlement_id")
    }  # fmt: skip


def _request(row: EntitlementMonth, payee: Payee, *, at: datetime) -> PaymentRequest:
    entitlement = row.entitlement
    return PaymentRequest(
        source_ref=month_ref(entitlement.pk, row.month), organisation_id=entitlement.payer_organisation_id,
        slot=entitlement.slot, household_id=entitlement.household_id, person_id=entitlement.person_id,
        purpose=entitlement.purpose, amount_fen=row.amount_fen, ground=f"{entitlement.name} {row.month:%Y-%m}",
        approved_on=at.astimezone(SHANGHAI).date(), payee=payee,
    )  # fmt: skip
