"""Messages: told once, in the transaction of their act, made of numbers alone; sent until taken, logged try by try."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.factories.cast import Cast, sign_in

from shouwang.kit.seal import CannotOpen
from shouwang.kit.texts import has_personal_number
from shouwang.office.models import Attempt, Channel, Delivery, Message
from shouwang.office.rules import BACK_OFF, LARGEST, LEASE, WORDINGS, Figures, MessageKind, message_text, next_try
from shouwang.office.services import (
    AddressRefused,
    ChannelNotFound,
    ChannelRefused,
    channel_add,
    channel_stop,
    channel_test,
    delivery_retry,
    message_enqueue,
)
from shouwang.office.services import delivering as delivering_module
from shouwang.office.services.channels import channel_url
from shouwang.office.services.delivering import deliveries_send
from shouwang.office.services.transports import service_of
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2020, 6, 24, 7, 0, tzinfo=timezone.get_default_timezone())
ONE = Figures({"count": 1}, (12,))


class Gateway:
    """A real HTTP server on this machine that takes what an SMS gateway would take, with the answers it is told."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.answers: list[int] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.taken.append(json.loads(body))
                self.send_response(gateway.answers.pop(0) if gateway.answers else 200)
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server.server_port}/sms?cto=2&rto=2"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway()
    yield made
    made.server.shutdown()
    made.server.server_close()


def channel_make(cast: Cast, url: str, *, viewer: Viewer | None = None, **more: Any) -> Channel:
    with acting_as(cast.administrator):
        return channel_add(
            viewer=cast.administrator, organisation_id=(viewer or cast.county).organisation_id or 0, name="工作群",
            url=url, at=AT, **more,
        )  # fmt: skip


def tell(viewer: Viewer, key: str = "k", figures: Figures = ONE, **more: Any) -> Message | None:
    with acting_as(viewer):
        return message_enqueue(
            organisation_id=viewer.organisation_id or 0, kind=MessageKind.ESCALATED, figures=figures, key=key, at=AT,
            **more,
        )  # fmt: skip


def at(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant


def deliveries() -> list[Delivery]:
    with acting_as(SYSTEM):
        return list(Delivery.objects.order_by("pk"))


def log() -> list[str]:
    with acting_as(SYSTEM):
        return list(Attempt.objects.order_by("pk").values_list("what", flat=True))


# ---- nothing personal


@given(
    counts=st.integers(0, LARGEST - 1),
    cases=st.lists(st.integers(1, LARGEST - 1), max_size=40),
    kind=st.sampled_from(list(MessageKind)),
)
def test_no_message_holds_a_personal_number(counts: int, cases: list[int], kind: MessageKind) -> None:
    wording = WORDINGS[kind]
    figures = Figures(dict.fromkeys(wording.names, counts), tuple(cases) if wording.has_cases else ())
    title, body = message_text(kind, figures)
    assert not has_personal_number(title)
    assert not has_personal_number(body)
    assert body.endswith("。")


@pytest.mark.parametrize(
    "planted", ["郑春", "130529197005200018", 130529197005200018, 13812345678, LARGEST, -1, 1.5, None, True]
)
def test_a_name_or_a_number_of_a_person_does_not_get_into_a_message(cast: Cast, planted: Any) -> None:
    for make in (lambda: Figures({"count": planted}), lambda: Figures({"count": 1}, (planted,))):
        with pytest.raises((TypeError, ValueError)):
            make()
    with pytest.raises(ValueError, match="made of"):
        tell(cast.county, figures=Figures({"郑春": 1}))
    with acting_as(SYSTEM):
        assert not Message.objects.exists()


def test_no_planted_text_stands_in_any_table_of_messages(cast: Cast, gateway: Gateway) -> None:
    channel_make(cast, gateway.url + "&-token=planted-secret")
    tell(cast.county)
    deliveries_send(clock=at(AT))
    names = [viewer.name for viewer in cast.members().values()]
    with acting_as(SYSTEM), connection.cursor() as cursor:
        for table in ("office_message", "office_delivery", "office_attempt"):
            cursor.execute(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
            text = str(cursor.fetchone()[0])
            assert text
            assert not any(name in text for name in names)
        cursor.execute("select coalesce(string_agg(t::text, ' '), '') from office_channel t")
        assert "planted-secret" not in str(cursor.fetchone()[0])
    assert gateway.taken
    assert not any(name in json.dumps(gateway.taken, ensure_ascii=False) for name in names)


# ---- told once, with its act


def test_the_same_thing_is_told_once(cast: Cast) -> None:
    assert tell(cast.county) is not None
    assert tell(cast.county) is None
    with acting_as(SYSTEM):
        assert Message.objects.count() == 1


def test_an_act_that_is_rolled_back_tells_nothing(cast: Cast, gateway: Gateway) -> None:
    channel_make(cast, gateway.url)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(cast.county)
        raise ZeroDivisionError
    assert deliveries_send(clock=at(AT)) == 0
    assert gateway.taken == []


def test_outside_a_transaction_nothing_is_told(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        message_enqueue(organisation_id=1, kind=MessageKind.TASK, figures=ONE, key="x", at=AT)


# ---- sent


def test_a_message_goes_out_on_every_way_of_its_organisation_and_on_no_other(cast: Cast, gateway: Gateway) -> None:
    channel_make(cast, gateway.url)
    channel_make(cast, gateway.url, viewer=cast.medical)
    tell(cast.county)
    assert deliveries_send(clock=at(AT)) == 1
    assert deliveries_send(clock=at(AT)) == 0
    (taken,) = gateway.taken
    assert taken["message"] == "1 件逾期的事提到本单位，案件号 12。请登录守望督办。"
    assert [one.state for one in deliveries()] == ["SENT"]
    assert log() == ["BEGUN", "SENT"]


def test_a_persons_way_takes_hers_and_a_group_no_digest_but_the_first(cast: Cast, gateway: Gateway) -> None:
    mine = channel_make(cast, gateway.url, appointment_id=cast.county.appointment_id)
    group = channel_make(cast, gateway.url)
    other = (cast.county.appointment_id or 0) + 1_000_000
    for key, appointment, for_group in (
        ("a", cast.county.appointment_id, False),
        ("b", other, True),
        ("c", None, True),
    ):
        tell(cast.county, key, appointment_id=appointment, for_group=for_group)
    with acting_as(SYSTEM):
        got = {(one.message.key, one.channel_id) for one in Delivery.objects.select_related("message")}
    assert got == {("a", mine.pk), ("b", group.pk), ("c", mine.pk), ("c", group.pk)}


def test_without_a_way_out_it_stands_in_the_outbox(real_cast: Cast) -> None:
    cast = real_cast
    tell(cast.county)
    assert deliveries() == []
    page = sign_in(Client(), cast.county).get(reverse("office:outbox")).content.decode()
    assert "1 件逾期的事提到本单位，案件号 12" in page
    assert "只在站内" in page
    assert "案件号 12" not in sign_in(Client(), cast.neighbour).get(reverse("office:outbox")).content.decode()


# ---- tried again


def test_what_is_refused_is_tried_again_ever_later_and_then_given_up(cast: Cast, gateway: Gateway) -> None:
    channel_make(cast, gateway.url)
    tell(cast.county)
    gateway.answers = [500] * 20
    now = AT
    for minutes in BACK_OFF:
        assert deliveries_send(clock=at(now)) == 0
        (one,) = deliveries()
        assert (one.state, one.next_at) == ("WAITING", now + timedelta(minutes=minutes))
        assert deliveries_send(clock=at(now + timedelta(minutes=minutes, seconds=-1))) == 0
        assert deliveries()[0].attempts == one.attempts  # not before its time
        now += timedelta(minutes=minutes)
    deliveries_send(clock=at(now))
    (one,) = deliveries()
    assert (one.state, one.attempts) == ("GIVEN_UP", len(BACK_OFF) + 1)
    assert log() == ["BEGUN", "REFUSED"] * (len(BACK_OFF) + 1)
    gateway.answers = []
    with acting_as(cast.administrator):
        delivery_retry(viewer=cast.administrator, delivery_id=one.pk, at=now)
    assert deliveries_send(clock=at(now)) == 1


def test_the_waits_grow_and_end() -> None:
    waits = [next_try(number, AT) for number in range(1, len(BACK_OFF) + 2)]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(known)


def test_one_that_is_down_holds_nobody_else_up(cast: Cast, gateway: Gateway) -> None:
    channel_make(cast, "json://127.0.0.1:9/nobody?cto=1&rto=1")
    channel_make(cast, gateway.url)
    tell(cast.county)
    assert deliveries_send(clock=at(AT)) == 1
    assert sorted(one.state for one in deliveries()) == ["SENT", "WAITING"]


@pytest.mark.parametrize("is_sent_first", [True, False], ids=["after it was sent", "before it was sent"])
def test_a_crash_costs_at_most_one_extra_message_and_never_loses_one(
    cast: Cast, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, is_sent_first: bool
) -> None:
    channel_make(cast, gateway.url)
    tell(cast.county)
    send = delivering_module.send

    def dying(url: str, **words: str) -> bool:
        if is_sent_first:
            send(url, **words)
        raise SystemExit  # the worker is killed between sending and marking, or before

    monkeypatch.setattr(delivering_module, "send", dying)
    with pytest.raises(SystemExit):
        deliveries_send(clock=at(AT))
    monkeypatch.setattr(delivering_module, "send", send)
    assert deliveries()[0].state == "SENDING"
    assert deliveries_send(clock=at(AT + LEASE - timedelta(seconds=1))) == 0  # it may still be in hand
    assert deliveries_send(clock=at(AT + LEASE)) == 1
    assert deliveries_send(clock=at(AT + LEASE * 9)) == 0
    assert len(gateway.taken) == (2 if is_sent_first else 1)
    assert log() == ["BEGUN", "BEGUN", "SENT"]


def test_a_worker_that_comes_back_late_does_not_undo_what_another_did(
    cast: Cast, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel_make(cast, gateway.url)
    tell(cast.county)
    send = delivering_module.send

    def slow(url: str, **words: str) -> bool:
        monkeypatch.setattr(delivering_module, "send", send)
        assert deliveries_send(clock=at(AT + LEASE)) == 1  # another worker meanwhile
        return False

    monkeypatch.setattr(delivering_module, "send", slow)
    deliveries_send(clock=at(AT))
    assert [one.state for one in deliveries()] == ["SENT"]


# ---- set up


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa", "NotifyWeComBot"),
        ("https://oapi.dingtalk.com/robot/send?access_token=" + "a" * 40, "NotifyDingTalk"),
        ("mailtos://someone:secret@smtp.example.com?to=a@example.com", "NotifyEmail"),
        ("forms://gateway.example.com/send", "NotifyForm"),
    ],
)
def test_the_services_that_people_use_are_known(url: str, service: str) -> None:
    assert service_of(url) == service


@pytest.mark.parametrize(
    "url", ["", "x", "file:///etc/passwd", "syslog://", "dbus://", "gnome://", "http://a.example/"]
)
def test_what_acts_on_this_machine_or_is_no_service_is_refused(cast: Cast, url: str) -> None:
    with pytest.raises(AddressRefused):
        channel_make(cast, url)
    with acting_as(SYSTEM):
        assert not Channel.objects.exists()


def test_the_address_is_sealed_and_opens_in_its_own_row_only(cast: Cast) -> None:
    channel = channel_make(cast, "json://127.0.0.1:9/secret-path")
    assert b"secret-path" not in bytes(channel.sealed_url)
    assert channel_url(channel) == "json://127.0.0.1:9/secret-path"
    channel.token = "0" * 32
    with pytest.raises(CannotOpen):
        channel_url(channel)


def test_only_the_administrator_of_the_place_sets_ways_up(cast: Cast) -> None:
    for viewer in (cast.county, cast.security, cast.city):
        with acting_as(viewer), pytest.raises(ChannelNotFound):
            channel_add(viewer=viewer, organisation_id=cast.county.organisation_id or 0, name="x",
                        url="json://127.0.0.1:9/", at=AT)  # fmt: skip
    elsewhere = replace(cast.administrator, ranges=((0, 1),))
    with acting_as(elsewhere), pytest.raises(ChannelRefused, match="没有这个机构"):
        channel_add(viewer=elsewhere, organisation_id=cast.county.organisation_id or 0, name="x",
                    url="json://127.0.0.1:9/", at=AT)  # fmt: skip
    channel = channel_make(cast, "json://127.0.0.1:9/")
    with acting_as(elsewhere), pytest.raises(ChannelNotFound):
        channel_stop(viewer=elsewhere, channel_id=channel.pk, at=AT)


def test_a_stopped_way_sends_nothing_more(cast: Cast, gateway: Gateway) -> None:
    channel = channel_make(cast, gateway.url)
    tell(cast.county)
    with acting_as(cast.administrator):
        channel_stop(viewer=cast.administrator, channel_id=channel.pk, at=AT)
    tell(cast.county, "later")
    assert deliveries_send(clock=at(AT)) == 0
    assert [one.state for one in deliveries()] == ["GIVEN_UP"]


def test_the_pages_add_try_and_show_the_log(real_cast: Cast, gateway: Gateway, settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = frozenset()
    cast = real_cast
    client = sign_in(Client(), cast.administrator)
    address = reverse("office:channels")
    form = {"organisation": cast.county.organisation_name, "appointment": "", "name": "工作群", "url": "syslog://"}
    refused = client.post(address, form)
    assert refused.status_code == 422
    assert "这个地址用不了" in refused.content.decode()
    assert "没有找到这个机构" in client.post(address, form | {"organisation": "没有"}).content.decode()
    assert "不在这个机构任职" in client.post(address, form | {"appointment": "没有"}).content.decode()
    assert client.post(address, form | {"url": gateway.url}).status_code == 302
    listed = client.get(address).content.decode()
    assert "工作群" in listed
    assert str(gateway.server.server_port) not in listed
    with acting_as(SYSTEM):
        channel = Channel.objects.get()
    assert client.post(reverse("office:channel_try", args=[channel.pk])).status_code == 302
    assert deliveries_send(clock=timezone.now) == 1
    shown = client.get(reverse("office:channel", args=[channel.pk])).content.decode()
    assert "已发出" in shown
    assert "试发" in gateway.taken[0]["title"] + shown
    with acting_as(cast.administrator):
        channel_test(viewer=cast.administrator, channel_id=channel.pk, at=timezone.now())
