"""Money for tests: treasurers beside the cast, budgets, allocations."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime

from tests.factories.cast import Cast
from tests.factories.people import viewer_make
from tests.factories.register import household_make

from shouwang.funds.models import Account, Batch, Commitment
from shouwang.funds.services import (
    Ground,
    Money,
    Payee,
    PaymentRequest,
    batch_check,
    batch_make,
    batch_release,
    batch_send,
    budget_enter,
    money_allocate,
    payment_request,
)
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.register.models import Membership

AT = datetime(2020, 7, 1, 2, tzinfo=UTC)
ON = date(2020, 7, 1)
MONEY = Money("CITY", "防贫救助", 2020)
_number = itertools.count(1)


@dataclass(frozen=True)
class Desk:
    """Who works with money: the city's treasurer, three clerks of the county centre, its leader, the leading group."""

    city: Viewer
    maker: Viewer
    checker: Viewer
    third: Viewer
    releaser: Viewer


def desk_make(cast: Cast) -> Desk:
    """This function makes the people of money."""
    at, centre = cast.places, cast.county.organisation_name
    return Desk(
        city=viewer_make(
            Kind.CITY_CENTRE, Role.CLERK, at.city, name="钱司库", organisation_name=cast.city.organisation_name
        ),
        maker=cast.county,
        checker=viewer_make(Kind.COUNTY_CENTRE, Role.CLERK, at.county, name="张复核", organisation_name=centre),
        third=viewer_make(Kind.COUNTY_CENTRE, Role.LEADER, at.county, name="李主任", organisation_name=centre),
        releaser=cast.leader,
    )


def ground(*, on: date = ON, **more: object) -> Ground:
    """This function returns a paper of its own."""
    return Ground(key=f"test:{next(_number)}", on=on, document="邢财社〔2020〕1 号", **more)  # type: ignore[arg-type]


def budget(viewer: Viewer, amount_fen: int, *, money: Money = MONEY, on: date = ON, at: datetime = AT) -> Account:
    """This function gives an organisation money."""
    with acting_as(viewer):
        return budget_enter(viewer=viewer, money=money, amount_fen=amount_fen, ground=ground(on=on), at=at)


def allocated(
    desk: Desk,
    cast: Cast,
    amount_fen: int,
    *,
    money: Money = MONEY,
    on: date = ON,
    earmarked_for: int | None = None,
    at: datetime = AT,
) -> Account:
    """This function brings money from the city to the county centre and returns the county's account."""
    source = budget(desk.city, amount_fen, money=money, on=on, at=at)
    with acting_as(desk.city):
        return money_allocate(
            viewer=desk.city, account_id=source.pk, organisation_id=cast.county.organisation_id or 0,
            amount_fen=amount_fen, ground=ground(on=on, earmarked_for=earmarked_for), at=at,
        )  # fmt: skip


def owed(
    cast: Cast,
    viewer: Viewer,
    amount_fen: int,
    *,
    head: str = "张胜坤",
    number: str = "",
    purpose: str = MONEY.purpose,
    household_id: int | None = None,
    account_id: int | None = None,
    slot: int | None = None,
    at: datetime = AT,
    **payee: str,
) -> Commitment:
    """This function approves an amount for a household of a village (大寨村) and leaves it to the centre to pay."""
    if household_id is None:
        household_id = household_make(slot or cast.slot, head=head, at=at).pk
    with acting_as(SYSTEM):
        person_id = Membership.objects.filter(household_id=household_id, relationship="HEAD").get().person_id
    count = next(_number)
    request = PaymentRequest(
        source_ref=f"test:{count}", organisation_id=viewer.organisation_id or 0, slot=slot or cast.slot,
        household_id=household_id, person_id=person_id, purpose=purpose, amount_fen=amount_fen,
        ground="防贫领导小组会议纪要〔2020〕7 号", approved_on=ON, account_id=account_id,
        payee=Payee(name=head, account_number=number or f"62284806{count:011d}", bank="农业银行巨鹿县支行", **payee),
    )  # fmt: skip
    with acting_as(viewer):
        return payment_request(viewer=viewer, request=request, at=at)


def batched(desk: Desk, *commitments: Commitment, upto: str = "sent", at: datetime = AT) -> Batch:
    """This function makes a batch and takes it as far as `upto`: draft, checked, released, sent."""
    with acting_as(desk.maker):
        batch = batch_make(viewer=desk.maker, commitment_ids=[each.pk for each in commitments], at=at)
    steps = {"checked": (batch_check, desk.checker), "released": (batch_release, desk.releaser),
             "sent": (batch_send, desk.maker)}  # fmt: skip
    for name, (step, viewer) in steps.items():
        if upto in list(steps)[: list(steps).index(name)] or upto == "draft":
            break
        with acting_as(viewer):
            batch = step(viewer=viewer, batch_id=batch.pk, version=batch.version, at=at)
    return batch


def answer(batch: Batch, *, results: dict[int, str] | None = None) -> bytes:
    """This function writes the bank's answer to a batch: 成功 but for `results` by line; an empty one leaves it out."""
    with acting_as(SYSTEM):
        lines = list(batch.payments.order_by("line"))
    rows = [["付款编号", "金额", "结果", "原因"]]
    for payment in lines:
        result = (results or {}).get(payment.line, "成功")
        yuan = f"{payment.amount_fen // 100}.{payment.amount_fen % 100:02d}"
        if result:
            rows.append([payment.reference, yuan, result, "" if result == "成功" else "账户已销户"])
    return "\n".join(",".join(row) for row in rows).encode()
