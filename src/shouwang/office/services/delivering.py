"""Delivering: each message on each way out until it was taken or given up.

A try is written down before it begins and after it ends, each in a transaction of its own; nothing is sent inside one.
Whoever dies in between leaves a lease that runs out, and the next worker tries again. So a crash costs at most one
extra message, on the one delivery that was in hand, and never a lost one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Q

from shouwang.kit.seal import CannotOpen
from shouwang.office.models import Attempt, Delivery
from shouwang.office.rules import LEASE, Figures, MessageKind, message_text, next_try
from shouwang.office.services.channels import channel_url
from shouwang.office.services.transports import AddressRefused, send
from shouwang.people.access import SYSTEM, acting_as

LIMIT = 200  # a round; the next begins a minute later


def deliveries_send(*, clock: Callable[[], datetime], limit: int = LIMIT) -> int:
    """This function tries every delivery that is due, each once, and returns how many went out (worker only)."""
    sent = 0
    for _ in range(limit):
        delivery = _taken(clock())
        if delivery is None:
            break
        sent += _try(delivery, clock)
    return sent


def _taken(at: datetime) -> Delivery | None:
    """This function takes the next delivery in hand and writes the try down before it begins."""
    due = Q(state=Delivery.State.WAITING, next_at__lte=at) | Q(state=Delivery.State.SENDING, lease_until__lte=at)
    with acting_as(SYSTEM):
        found = Delivery.objects.filter(due).order_by("next_at", "pk")
        delivery = found.select_for_update(skip_locked=True).first()
        if delivery is None:
            return None
        delivery.state, delivery.attempts, delivery.lease_until = (
            Delivery.State.SENDING,
            delivery.attempts + 1,
            at + LEASE,
        )
        delivery.save(update_fields=["state", "attempts", "lease_until"])
        _log(delivery, Attempt.What.BEGUN, at)
        return Delivery.objects.select_related("message", "channel").get(pk=delivery.pk)


def _try(delivery: Delivery, clock: Callable[[], datetime]) -> bool:
    message, channel = delivery.message, delivery.channel
    title, body = message_text(MessageKind(message.kind), Figures.stored(message.values))
    try:
        what = Attempt.What.SENT if send(channel_url(channel), title=title, body=body) else Attempt.What.REFUSED
    except (AddressRefused, CannotOpen):
        what = Attempt.What.BROKEN
    _settle(delivery, what, clock())
    return what is Attempt.What.SENT


def _settle(delivery: Delivery, what: Attempt.What, at: datetime) -> None:
    with acting_as(SYSTEM):
        mine = Delivery.objects.select_for_update().filter(
            pk=delivery.pk, state=Delivery.State.SENDING, attempts=delivery.attempts
        )  # fmt: skip
        held = mine.first()
        if held is None:
            return  # the lease ran out and another worker has it
        again = None if what is Attempt.What.SENT else next_try(held.attempts, at)
        held.lease_until = None
        if what is Attempt.What.SENT:
            held.state, held.ended_at = Delivery.State.SENT, at
        elif again is None:
            held.state, held.ended_at, held.next_at = Delivery.State.GIVEN_UP, at, None
        else:
            held.state, held.next_at = Delivery.State.WAITING, again
        held.save(update_fields=["state", "ended_at", "next_at", "lease_until"])
        _log(held, what, at)


def _log(delivery: Delivery, what: Attempt.What, at: datetime) -> None:
    Attempt.objects.create(
        delivery=delivery, organisation_id=delivery.organisation_id, slot=delivery.slot, number=delivery.attempts,
        what=what, at=at,
    )  # fmt: skip
