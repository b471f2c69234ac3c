"""What the pages of the office show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.forms import Form

from shouwang.office.models import Channel, Delivery, Message, Progress
from shouwang.ui.tables import KeyPage


@dataclass(frozen=True)
class ProgressPage:
    """One piece of long work."""

    item: Progress


@dataclass(frozen=True)
class ProgressListPage:
    """The work of an organisation."""

    page: KeyPage


@dataclass(frozen=True)
class MessageLine:
    """One message as its reader sees it."""

    message: Message
    title: str
    body: str
    ways: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class OutboxPage:
    """The messages to an organisation."""

    lines: Sequence[MessageLine]
    page: KeyPage


@dataclass(frozen=True)
class ChannelLine:
    """One way out with how it does."""

    channel: Channel
    service: str
    whose: str
    waiting: int
    given_up: int
    last_sent_at: datetime | None


@dataclass(frozen=True)
class ChannelsPage:
    """The ways out of an administrator's areas, and the form for another."""

    lines: Sequence[ChannelLine]
    form: Form


@dataclass(frozen=True)
class DeliveryLogPage:
    """The delivery log of one way out."""

    line: ChannelLine
    deliveries: Sequence[tuple[Delivery, str]]
    page: KeyPage
