"""Pure rules of insurance: the states of a claim, the movements of a pool, who may do what next."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models

from shouwang.people.access import Kind


class State(models.TextChoices):
    """Where a claim stands."""

    OPEN = "OPEN", "收集材料、定损"
    PROPOSED = "PROPOSED", "等审定"
    APPROVED = "APPROVED", "已同意，等申请付款"
    REQUESTED = "REQUESTED", "已申请付款"
    PAID = "PAID", "已付"
    RECOVERED = "RECOVERED", "已付，已追回"
    REJECTED = "REJECTED", "不予赔付"
    WITHDRAWN = "WITHDRAWN", "撤回"


# Over without a payment: the event may be claimed again.
OVER = ("REJECTED", "WITHDRAWN")
# What a household has been promised or paid: it counts against the cap of the year.
PROMISED = ("APPROVED", "REQUESTED", "PAID")


class Keeper(models.TextChoices):
    """Who keeps a pool's money and pays the households."""

    INSURER = "INSURER", "承保公司"
    COUNTY = "COUNTY", "县里"


class Following(models.TextChoices):
    """How far the payment is that the county was asked for, as the room of funds tells it."""

    WAITING = "WAITING", "待支付"
    BATCHED = "BATCHED", "支付中"
    RETURNED = "RETURNED", "银行退回，要核实账户"
    PAID = "PAID", "已支付"
    CANCELLED = "CANCELLED", "已取消"


# Nothing has been decided about these: the collector looks at them each minute.
UNDER_WAY = ("WAITING", "BATCHED", "RETURNED")


class PoolMove(models.TextChoices):
    """Why money came into a pool or left it."""

    PREMIUM = "PREMIUM", "保费"
    TOP_UP = "TOP_UP", "补足"
    CARRIED_IN = "CARRIED_IN", "上期结余转入"
    RETURNED = "RETURNED", "收回"
    CARRIED_OUT = "CARRIED_OUT", "结余转入下期"
    ADVANCE = "ADVANCE", "先行救助"
    PAYMENT = "PAYMENT", "赔付"


COMES_IN = ("PREMIUM", "TOP_UP", "CARRIED_IN", "RETURNED")


class TypeSource(models.TextChoices):
    """Who says of which type the household is."""

    WARNING = "WARNING", "预警"
    SCREENING = "SCREENING", "筛查"
    STATED = "STATED", "人工认定"


# The case has been decided for help once it waits for one of these acts, or has ended so.
DECIDED_ACTS = ("help", "visit", "settle")


def is_decided_for_help(*, act: str, outcome: str) -> bool:
    """This function tells whether a case has been decided for help, so that it may be paid for."""
    return act in DECIDED_ACTS or outcome == "HELPED"


# Each step of a claim: the states in which it may be taken, and the kinds of organisation that take it.
STEPS: Mapping[str, tuple[tuple[str, ...], tuple[Kind, ...]]] = {
    "assess": (("OPEN",), (Kind.INSURER, Kind.COUNTY_CENTRE)),
    "paper": (("OPEN",), (Kind.INSURER, Kind.COUNTY_CENTRE)),
    "change": (("OPEN",), (Kind.INSURER, Kind.COUNTY_CENTRE)),
    "settle_change": (("OPEN",), (Kind.INSURER, Kind.COUNTY_CENTRE)),
    "propose": (("OPEN",), (Kind.INSURER, Kind.COUNTY_CENTRE)),
    "advance": (("OPEN",), (Kind.COUNTY_CENTRE,)),
    "pay_advance": (("OPEN", "PROPOSED"), (Kind.INSURER,)),
    "decide": (("PROPOSED",), (Kind.COUNTY_CENTRE,)),
    "ask_advance": (("OPEN", "PROPOSED"), (Kind.COUNTY_CENTRE,)),
    "recover": (("PAID", "REJECTED"), (Kind.INSURER, Kind.COUNTY_CENTRE)),
    "payee": (("OPEN", "PROPOSED", "APPROVED", "REQUESTED"), (Kind.INSURER, Kind.COUNTY_CENTRE)),
    "request": (("APPROVED",), (Kind.COUNTY_CENTRE,)),
    "pay": (("REQUESTED",), (Kind.INSURER,)),
    "appeal": (("REJECTED", "APPROVED", "PAID"), (Kind.COUNTY_CENTRE,)),
    "withdraw": (("OPEN", "PROPOSED"), (Kind.INSURER, Kind.COUNTY_CENTRE)),
}

# Steps that only one keeper of the money takes; `recover` is taken by whoever paid.
OF_KEEPER: Mapping[str, Keeper] = {
    "pay": Keeper.INSURER, "pay_advance": Keeper.INSURER, "ask_advance": Keeper.COUNTY,
}  # fmt: skip
PAYING_KIND: Mapping[str, Kind] = {Keeper.INSURER: Kind.INSURER, Keeper.COUNTY: Kind.COUNTY_CENTRE}


def fits_keeper(step: str, *, paid_by: str, kind: Kind, is_asked: bool = False) -> bool:
    """This function tells whether a step belongs to the way on which a claim is paid, and to this kind of body.

    Once the county's treasury is asked (`is_asked`), it is there that the payee's account is corrected.
    """
    if step == "payee" and is_asked:
        return False
    if step == "recover":
        return PAYING_KIND[paid_by] is kind
    return step not in OF_KEEPER or OF_KEEPER[step] == paid_by
