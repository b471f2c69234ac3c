"""The outbox: what was told to an organisation, and whether it went out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shouwang.office.contexts import MessageLine, OutboxPage
from shouwang.office.models import Delivery, Message
from shouwang.office.rules import Figures, MessageKind, message_text
from shouwang.office.selectors import messages_to
from shouwang.people.access import Viewer, requires
from shouwang.ui.tables import key_page


@require_GET
@requires()
def outbox(request: HttpRequest) -> HttpResponse:
    """This function lists the messages to the viewer and her organisation, newest first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    page = key_page(messages_to(viewer), order=["-pk"], after=request.GET.get("after"))
    context = OutboxPage(lines=[_line(message) for message in page.rows], page=page)
    return render(request, "office/outbox.html", {"page": context})


def _line(message: Message) -> MessageLine:
    title, body = message_text(MessageKind(message.kind), Figures.stored(message.values))
    ways = [(one.channel.name, Delivery.State(one.state).label) for one in message.deliveries.all()]
    return MessageLine(message, title, body, ways)
