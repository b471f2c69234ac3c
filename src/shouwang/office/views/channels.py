"""The ways out of messages: set up, tried, stopped, and their delivery log."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.office.contexts import ChannelLine, ChannelsPage, DeliveryLogPage
from shouwang.office.forms import ChannelForm
from shouwang.office.models import Channel
from shouwang.office.rules import Figures, MessageKind, message_text
from shouwang.office.selectors import channels_under, deliveries_under
from shouwang.office.services import (
    AddressRefused,
    ChannelRefused,
    channel_add,
    channel_stop,
    channel_test,
    delivery_retry,
)
from shouwang.office.services.transports import SERVICES
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.selectors import appointments_by_ids
from shouwang.ui.tables import key_page

administrators = requires(Kind.OPERATOR, roles={Role.ADMINISTRATOR})


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def _lines(viewer: Viewer, channel_id: int | None = None) -> list[ChannelLine]:
    found = channels_under(viewer)
    if channel_id is not None:
        found = found.filter(pk=channel_id)
    counted = found.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state__in=["WAITING", "SENDING"])),
        given_up=Count("deliveries", filter=Q(deliveries__state="GIVEN_UP")),
        last_sent_at=Max("deliveries__ended_at", filter=Q(deliveries__state="SENT")),
    )
    rows: list[Channel] = list(counted)
    people = appointments_by_ids({row.appointment_id for row in rows if row.appointment_id})
    return [
        ChannelLine(
            channel=row,
            service=SERVICES.get(row.service, row.service),
            whose=people[row.appointment_id].user.name if row.appointment_id in people else "整个机构",
            waiting=row.waiting,  # type: ignore[attr-defined]
            given_up=row.given_up,  # type: ignore[attr-defined]
            last_sent_at=row.last_sent_at,  # type: ignore[attr-defined]
        )
        for row in rows
    ]


@require_http_methods(["GET", "POST"])
@administrators
def channels(request: HttpRequest) -> HttpResponse:
    """This function lists the ways out and sets up another."""
    viewer = _viewer(request)
    form = ChannelForm(request.POST if request.method == "POST" else None, viewer=viewer)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            channel = channel_add(
                viewer=viewer, organisation_id=given["organisation_id"], appointment_id=given["appointment_id"],
                name=given["name"], url=given["url"], at=timezone.now(),
            )  # fmt: skip
        except AddressRefused as refused:
            form.add_error("url", refused.message)
        except ChannelRefused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"已加上“{channel.name}”，可以试发一条。")
            return redirect("office:channels")
    page = ChannelsPage(lines=_lines(viewer), form=form)
    return render(request, "office/channels.html", {"page": page}, status=422 if form.errors else 200)


@require_GET
@administrators
def log(request: HttpRequest, channel_id: int) -> HttpResponse:
    """This function shows what went out on one way, try by try."""
    viewer = _viewer(request)
    lines = _lines(viewer, channel_id)
    if not lines:
        raise Http404
    found = deliveries_under(viewer).filter(channel_id=channel_id)
    page = key_page(found, order=["-pk"], after=request.GET.get("after"))
    shown = [
        (one, message_text(MessageKind(one.message.kind), Figures.stored(one.message.values))[1]) for one in page.rows
    ]
    return render(request, "office/channel.html", {"page": DeliveryLogPage(lines[0], shown, page)})


@require_POST
@administrators
def attempt(request: HttpRequest, channel_id: int) -> HttpResponse:
    """This function sends a message to see whether it arrives."""
    channel_test(viewer=_viewer(request), channel_id=channel_id, at=timezone.now())
    messages.success(request, "一分钟内会发出一条试验消息。收没收到，看发送记录。")
    return redirect("office:channel", channel_id)


@require_POST
@administrators
def stop(request: HttpRequest, channel_id: int) -> HttpResponse:
    """This function closes a way out."""
    channel_stop(viewer=_viewer(request), channel_id=channel_id, at=timezone.now())
    messages.success(request, "已停用。消息照样在“通知”里看得到。")
    return redirect("office:channels")


@require_POST
@administrators
def retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """This function tries again what was given up."""
    delivery_retry(viewer=_viewer(request), delivery_id=delivery_id, at=timezone.now())
    messages.success(request, "已重新排队，一分钟内再发。")
    return redirect("office:channels")
