"""An amount that a case was granted is asked to be paid out of the county's own money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from shouwang.casework.selectors import case_get
from shouwang.casework.selectors.barred import households_recused
from shouwang.casework.selectors.cases import Case
from shouwang.funds.errors import AccountNotFound, CaseNotGranted, DayAhead, DocumentMissing, PersonElsewhere, TooClose
from shouwang.funds.models import Commitment
from shouwang.funds.services.accounts import account_of, treasurer_check
from shouwang.funds.services.owing import Payee, PaymentRequest, payment_request
from shouwang.people.access import Kind, Viewer
from shouwang.register.selectors import members_of
from shouwang.rulebook.workflow import Act

# Only once help was approved, and until the case is closed: before that nothing is owed.
PAYING = frozenset({Act.HELP.value, Act.VISIT.value})


@dataclass(frozen=True)
class Wanted:
    """What is to be paid: out of which account, how much, for whom, on which paper; `key` is of the form."""

    key: str
    account_id: int
    amount_fen: int
    person_id: int
    ground: str
    approved_on: date
    payee: Payee


def is_payable(case: Case) -> bool:
    """This function tells whether money may be asked for a case: its help was approved and it is not closed."""
    return case.act in PAYING and not case.is_removal and case.closed_on is None


def case_pay(*, viewer: Viewer, case_id: int, wanted: Wanted, at: datetime) -> Commitment:
    """This function sets an amount aside for the household of a case, to be paid by the viewer's organisation.

    The same form again returns what stands. Raises NotMoneyWork, CaseNotFound, CaseNotGranted, PersonElsewhere,
    TooClose, AccountNotFound, NotEnoughMoney, DayAhead, DocumentMissing and the refusals of `payment_request`.
    """
    organisation = treasurer_check(viewer)
    case, today = case_get(viewer, case_id), timezone.localdate(at)
    if viewer.kind is not Kind.COUNTY_CENTRE:
        raise AccountNotFound
    if not is_payable(case):
        raise CaseNotGranted
    if any(case.household_id in households_recused(user) for user in viewer.user_ids):
        raise TooClose
    if wanted.person_id not in {member.person_id for member in members_of(viewer, case.household_id, today)}:
        raise PersonElsewhere
    if wanted.approved_on > today:
        raise DayAhead
    if not wanted.ground.strip():
        raise DocumentMissing
    account = account_of(viewer, wanted.account_id)
    request = PaymentRequest(
        source_ref=f"case:{case.pk}:{wanted.key}"[:80], organisation_id=organisation, slot=case.slot,
        household_id=case.household_id, person_id=wanted.person_id, case_id=case.pk, purpose=account.purpose,
        amount_fen=wanted.amount_fen, ground=wanted.ground, approved_on=wanted.approved_on, payee=wanted.payee,
        account_id=account.pk,
    )  # fmt: skip
    return payment_request(viewer=viewer, request=request, at=at)
