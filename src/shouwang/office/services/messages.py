"""Putting a message into the outbox, in the transaction of the act that causes it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from shouwang.office.models import Channel, Delivery, Message
from shouwang.office.rules import Figures, MessageKind, message_check
from shouwang.people.access import SYSTEM, acting_as
from shouwang.people.selectors import organisations_by_ids


def message_enqueue(
    *,
    organisation_id: int,
    kind: MessageKind,
    figures: Figures,
    key: str,
    at: datetime,
    appointment_id: int | None = None,
    for_group: bool = True,
) -> Message | None:
    """This function stores a message and one delivery for each way out that takes it; None when it was told before.

    It must run inside the caller's transaction: the message exists exactly when the act does.
    """
    message_check(kind, figures)
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a message is stored in the transaction of the act that causes it")
    with acting_as(SYSTEM):
        if Message.objects.filter(key=key).exists():
            return None
        organisation = organisations_by_ids({organisation_id}).get(organisation_id)
        if organisation is None:
            return None
        try:
            with transaction.atomic():
                message = Message.objects.create(
                    key=key, organisation=organisation, appointment_id=appointment_id, slot=organisation.area.lo,
                    kind=kind, values=figures.as_stored(), for_group=for_group, created_at=at,
                )  # fmt: skip
        except IntegrityError:
            return None  # another connection told it in this moment
        _deliveries_add(message, at=at)
    return message


def _deliveries_add(message: Message, *, at: datetime, only: Channel | None = None) -> None:
    channels = Channel.objects.filter(organisation_id=message.organisation_id, stopped_at__isnull=True)
    if only is not None:
        channels = channels.filter(pk=only.pk)
    Delivery.objects.bulk_create(
        [
            Delivery(
                message=message, channel=channel, organisation_id=message.organisation_id, slot=message.slot, next_at=at
            )
            for channel in channels.order_by("pk")
            if only is not None or _takes(channel, message)
        ]
    )


def _takes(channel: Channel, message: Message) -> bool:
    """This function tells whether a way out carries a message: a person's her own and her organisation's."""
    if channel.appointment_id is None:
        return message.for_group
    return message.appointment_id in (None, channel.appointment_id)


def trial_enqueue(*, channel: Channel, at: datetime) -> Message:
    """This function stores a message that tries one way out."""
    with acting_as(SYSTEM):
        message = Message.objects.create(
            key=f"test:{channel.pk}:{at.isoformat()}", organisation_id=channel.organisation_id,
            appointment_id=channel.appointment_id, slot=channel.slot, kind=MessageKind.TEST,
            values=Figures().as_stored(), for_group=False, created_at=at,
        )  # fmt: skip
        _deliveries_add(message, at=at, only=channel)
    return message
