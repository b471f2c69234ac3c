"""Ways out for messages, set up by the administrator of the area."""

from __future__ import annotations

import secrets
from datetime import datetime

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.office.models import Channel, Delivery
from shouwang.office.services.messages import trial_enqueue
from shouwang.office.services.transports import service_of
from shouwang.people.access import Kind, Role, Viewer
from shouwang.people.selectors import appointments_of_organisation, organisation_under


class ChannelRefused(Refusal):
    """The way out cannot be set up as asked. `field` is the form's field the sentence stands beside."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class ChannelNotFound(Refusal):
    """There is no such way out in the viewer's areas."""

    is_absent = True
    sentence = "找不到这个通知方式。"


def _administrator_check(viewer: Viewer) -> None:
    if viewer.kind is not Kind.OPERATOR or viewer.role is not Role.ADMINISTRATOR:
        raise ChannelNotFound


def channel_add(
    *, viewer: Viewer, organisation_id: int, name: str, url: str, at: datetime, appointment_id: int | None = None
) -> Channel:
    """This function sets up a way out for an organisation, or for one person in it; its address is sealed at once.

    Raises AddressRefused, ChannelRefused.
    """
    _administrator_check(viewer)
    organisation = organisation_under(viewer, organisation_id)
    if organisation is None:
        raise ChannelRefused("您的辖区里没有这个机构。", field="organisation")
    if appointment_id is not None:
        held = {held.pk for held in appointments_of_organisation(organisation.pk) if held.ended_at is None}
        if appointment_id not in held:
            raise ChannelRefused("这个人不在这个机构任职。", field="appointment")
    service, token = service_of(url), secrets.token_hex(16)
    channel = Channel.objects.create(
        organisation=organisation, appointment_id=appointment_id, slot=organisation.area.lo, name=name.strip()[:60],
        service=service, token=token, sealed_url=keyring().seal(url.strip(), context=f"office_channel:{token}"),
        made_at=at, made_by=viewer.label[:200],
    )  # fmt: skip
    _audit(channel, viewer=viewer, at=at, action="channel.add", service=service)
    return channel


def channel_url(channel: Channel) -> str:
    """This function returns the address of a way out; only the worker asks for it."""
    return keyring().open(bytes(channel.sealed_url), context=f"office_channel:{channel.token}")


def _channel(viewer: Viewer, channel_id: int) -> Channel:
    _administrator_check(viewer)
    found = Channel.objects.select_for_update().filter(viewer.q(), pk=channel_id, stopped_at__isnull=True).first()
    if found is None:
        raise ChannelNotFound
    return found


def channel_stop(*, viewer: Viewer, channel_id: int, at: datetime) -> None:
    """This function closes a way out for good; what waits on it is given up, the messages stay in the outbox."""
    channel = _channel(viewer, channel_id)
    channel.stopped_at = at
    channel.save(update_fields=["stopped_at"])
    waiting = Delivery.objects.filter(channel=channel, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.GIVEN_UP, next_at=None, ended_at=at)
    _audit(channel, viewer=viewer, at=at, action="channel.stop")


def channel_test(*, viewer: Viewer, channel_id: int, at: datetime) -> None:
    """This function sends one message through a way out, to see whether it arrives."""
    channel = _channel(viewer, channel_id)
    trial_enqueue(channel=channel, at=at)
    _audit(channel, viewer=viewer, at=at, action="channel.try")


def delivery_retry(*, viewer: Viewer, delivery_id: int, at: datetime) -> None:
    """This function puts a delivery that was given up back into the queue, with all its tries."""
    _administrator_check(viewer)
    found = Delivery.objects.select_for_update(of=("self",)).select_related("channel").filter(
        viewer.q(), pk=delivery_id, state=Delivery.State.GIVEN_UP, channel__stopped_at__isnull=True
    )  # fmt: skip
    delivery = found.first()
    if delivery is None:
        raise ChannelNotFound
    delivery.state, delivery.attempts, delivery.next_at, delivery.ended_at = Delivery.State.WAITING, 0, at, None
    delivery.save(update_fields=["state", "attempts", "next_at", "ended_at"])
    _audit(delivery.channel, viewer=viewer, at=at, action="channel.retry", delivery_id=delivery.pk)


def _audit(channel: Channel, *, viewer: Viewer, at: datetime, action: str, **after: object) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="office.Channel", subject_id=channel.pk, slot=channel.slot, at=at,
        after={"organisation_id": channel.organisation_id, **after},
    )  # fmt: skip
