"""What a household cannot have: two measures that exclude each other, or more in a year than the cap."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Sum

from shouwang.assistance.errors import OfferNotInForce, OffersClash, OverCap
from shouwang.assistance.models import Measure
from shouwang.kit.locks import Lock
from shouwang.kit.money import yuan_text
from shouwang.rulebook.measures import Offer, clashes
from shouwang.rulebook.policy import Policy
from shouwang.rulebook.values import Provision


def household_lock(household_id: int) -> None:
    """This function lets one plan or delivery of a household follow the other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", Lock.HELP.pair(household_id))


def offer_stated(policy: Policy, key: str) -> Provision[Offer]:
    """This function returns an offer in force by its key; raises OfferNotInForce."""
    stated: Provision[Offer] | None = policy.topic("measures").get(key)
    if stated is None:
        raise OfferNotInForce
    return stated


def offers_held(household_id: int, *, on: date, except_id: int = 0) -> set[str]:
    """This function returns the offers that a household has on a day: measures planned or delivered that year."""
    live = Measure.objects.filter(household_id=household_id, planned_at__year=on.year).exclude(offer="")
    live = live.exclude(state=Measure.State.CANCELLED).exclude(pk=except_id)
    return set(live.values_list("offer", flat=True))


def clash_refuse(policy: Policy, key: str, *, household_id: int, on: date, except_id: int = 0) -> None:
    """This function refuses an offer that cannot go with what the household has; raises OffersClash."""
    other = next(clashes(policy, key, offers_held(household_id, on=on, except_id=except_id)), None)
    if other is not None:
        raise OffersClash(offer_stated(policy, key).name, other.name)


def had_fen(household_id: int, key: str, *, year: int, except_id: int = 0) -> int:
    """This function returns what a household was planned or given of an offer in a year, in fen."""
    live = Measure.objects.filter(household_id=household_id, offer=key, planned_at__year=year)
    live = live.exclude(state=Measure.State.CANCELLED).exclude(pk=except_id)
    return int(live.aggregate(all=Sum("amount_fen", default=0))["all"])


def cap_refuse(policy: Policy, key: str, *, household_id: int, on: date, amount_fen: int, except_id: int = 0) -> None:
    """This function refuses an amount that takes a household over the cap of a year; raises OverCap."""
    stated = offer_stated(policy, key)
    cap = stated.value.cap_year
    if cap is None:
        return
    had = had_fen(household_id, key, year=on.year, except_id=except_id)
    if had + amount_fen > cap:
        left = max(0, cap - had)
        raise OverCap(stated.name, cap=yuan_text(cap), had=yuan_text(had), left=yuan_text(left))
