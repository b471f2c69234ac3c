"""The officer hands receipt and PIN over: shown once, the old ones stop working, and only then the statement opens."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import AT, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.public import PIN, applied, receipt_in, status_page, taken
from tests.factories.register import household_make

from shouwang.assistance.models import Confirmation
from shouwang.assistance.selectors import measures_missed, measures_to_confirm
from shouwang.assistance.services import Delivery, Plan, measure_deliver, measure_plan
from shouwang.audit.models import Entry
from shouwang.casework.services import CaseNotFound
from shouwang.people.access import SYSTEM, acting_as
from shouwang.public.models import Receipt
from shouwang.public.services.handing import ApplicationNotFound, MayNotHand, receipt_hand_over
from shouwang.sources.models import Clue

pytestmark = pytest.mark.django_db(transaction=True)


def pin_in(text: str) -> str:
    found = re.search(r'<p class="sw-code">(\d{3}) (\d{3})</p>', text)
    assert found, text
    return found[1] + found[2]


def handed(cast: Cast, name: str, number: int, what: str = "both") -> str:
    officer = sign_in(Client(), cast.officer)
    response = officer.post(reverse(f"public:{name}", args=[number]), {"what": what, "seen": "on"})
    assert response.status_code == 200, response.content.decode()
    assert response["Cache-Control"] == "no-store"
    return response.content.decode()


def test_a_household_that_an_officer_reported_gets_receipt_and_pin_and_reads_its_own_statement(
    cast: Cast, client: Client
) -> None:
    walk = case_make(cast, upto="review")
    slip = handed(cast, "hand_case", walk.case_id)
    receipt, pin = receipt_in(slip), pin_in(slip)
    assert receipt not in handed(cast, "hand_case", walk.case_id, what="pin")  # a second slip: other PIN, no receipt
    assert "对不上" in status_page(client, receipt, pin).content.decode()
    slip = handed(cast, "hand_case", walk.case_id, what="pin")
    page = status_page(client, receipt, pin_in(slip)).content.decode()
    assert "正在研究" in page and "国家登记了我家什么" in page
    carried = page.split('name="opened" value="')[1].split('"')[0]
    statement = client.post(reverse("desks:statement"), {"opened": carried})
    text = statement.content.decode()
    assert statement.status_code == 200 and "张胜坤" in text and "还没有发放" in text
    assert statement["Cache-Control"] == "no-store" and not statement.cookies
    with acting_as(SYSTEM):
        actions = list(Entry.objects.values_list("action", flat=True))
        assert {"receipt.hand_over", "receipt.open", "household.read"} <= set(actions)
        for entry in Entry.objects.filter(action__startswith="receipt."):
            assert receipt not in str(entry.after) and pin not in str(entry.after)


def test_a_household_says_with_its_handed_pin_whether_help_arrived(cast: Cast, client: Client) -> None:
    walk, now = case_make(cast, upto="help"), timezone.now()
    with acting_as(cast.county):
        plan = Plan(kind="EMPLOYMENT", summary="技能培训", organisation_id=cast.labour.organisation_id)
        made = measure_plan(viewer=cast.county, case_id=walk.case_id, version=None, plan=plan, at=AT)
    slip = handed(cast, "hand_case", walk.case_id)
    assert "给您家办的帮扶" not in status_page(client, receipt_in(slip), pin_in(slip)).content.decode()
    with acting_as(cast.labour):
        done = Delivery(AT.date(), "已上岗")
        measure_deliver(viewer=cast.labour, measure_id=made.pk, version=made.version, delivery=done, at=now)
    page = status_page(client, receipt_in(slip), pin_in(slip)).content.decode()
    assert "给您家办的帮扶" in page and "技能培训" in page
    sent = {"opened": page.split('name="opened" value="')[1].split('"')[0], "measure": made.pk}
    address = reverse("public:arrived")
    refused = client.post(address, {**sent, "received": "no"})
    assert refused.status_code == 422 and "请写一句差什么" in refused.content.decode()
    told = client.post(address, {**sent, "received": "no", "note": "没有人来通知"}).content.decode()
    assert "您家说没有收到，或者不对：没有人来通知" in told
    assert "农户说没有收到" in sign_in(Client(), cast.county).get(reverse("assistance:desk")).content.decode()
    assert "您家说收到了" in client.post(address, {**sent, "received": "yes"}).content.decode()
    with acting_as(cast.county):
        assert not measures_missed(cast.county).exists() and not measures_to_confirm(cast.county).exists()
    other = case_make(cast, upto="help", household_id=household_make(cast.slot, head="李建国").pk)
    with acting_as(cast.county):
        far = measure_plan(viewer=cast.county, case_id=other.case_id, version=None, plan=plan, at=AT)
    assert client.post(address, {**sent, "measure": far.pk, "received": "yes"}).status_code == 404
    with acting_as(SYSTEM):
        assert list(Confirmation.objects.values_list("way", "is_received")) == [("ONLINE", False), ("ONLINE", True)]
        Receipt.objects.update(is_given=False)
    assert client.post(address, {**sent, "received": "no", "note": "没有"}).status_code == 409


def test_a_pin_of_ones_own_never_opens_the_statement(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    taken()
    page = status_page(client, receipt, PIN).content.decode()
    assert "国家登记了我家什么" not in page
    carried = page.split('name="opened" value="')[1].split('"')[0]
    assert client.post(reverse("desks:statement"), {"opened": carried}).status_code == 409
    assert client.post(reverse("desks:statement"), {}).status_code == 409
    assert client.get(reverse("desks:statement")).status_code == 405


def test_after_the_officer_saw_who_it_is_a_joined_case_is_told_too(cast: Cast, client: Client) -> None:
    from tests.factories.register import resident_id_make

    number = resident_id_make()
    busy = household_make(cast.slot, head="李老根", resident_id=number)
    case_make(cast, upto="review", household_id=busy.pk)
    receipt = applied(client, cast, resident_id=number)
    taken()
    assert "已经收到" in status_page(client, receipt).content.decode()
    with acting_as(SYSTEM):
        clue_id = Clue.objects.get(channel="APPLICATION").pk
    slip = handed(cast, "hand_application", clue_id, what="pin")
    assert "正在研究" in status_page(client, receipt, pin_in(slip)).content.decode()
    assert "对不上" in status_page(client, receipt, PIN).content.decode()
    fresh = handed(cast, "hand_application", clue_id)
    assert "没有查到" in status_page(client, receipt).content.decode()
    assert "正在研究" in status_page(client, receipt_in(fresh), pin_in(fresh)).content.decode()
    with acting_as(SYSTEM):
        assert Receipt.objects.filter(ended_at__isnull=True).count() == 1


def test_nothing_is_handed_over_unseen_or_by_who_does_not_know_the_household(cast: Cast, client: Client) -> None:
    walk = case_make(cast, upto="review")
    officer = sign_in(Client(), cast.officer)
    response = officer.post(reverse("public:hand_case", args=[walk.case_id]), {"what": "both"})
    assert response.status_code == 422 and "请先看过本人的身份证件" in response.content.decode()
    response = officer.post(reverse("public:hand_case", args=[walk.case_id]), {"what": "pin", "seen": "on"})
    assert response.status_code == 422 and "还没有回执号" in response.content.decode()
    for viewer, refusal in (
        (cast.neighbour, CaseNotFound), (cast.sibling_officer, CaseNotFound), (cast.medical, MayNotHand),
        (cast.auditor, MayNotHand), (cast.city, MayNotHand),
    ):  # fmt: skip
        with acting_as(viewer), pytest.raises(refusal):
            receipt_hand_over(viewer=viewer, at=timezone.now(), seen=True, with_receipt=True, case_id=walk.case_id)
    with acting_as(cast.officer), pytest.raises(ApplicationNotFound):
        receipt_hand_over(viewer=cast.officer, at=timezone.now(), seen=True, with_receipt=True, clue_id=10**9)
    with acting_as(SYSTEM):
        assert not Receipt.objects.exists()


def test_numbers_of_an_application_are_masked_until_a_purpose_is_given_and_that_is_logged(
    cast: Cast, client: Client
) -> None:
    from tests.factories.register import resident_id_make

    number = resident_id_make()
    applied(client, cast, phone="13800138000", resident_id=number)
    taken()
    with acting_as(SYSTEM):
        clue_id = Clue.objects.get(channel="APPLICATION").pk
    officer, address = sign_in(Client(), cast.officer), reverse("public:application", args=[clue_id])
    assert "谁申请的" in officer.get(reverse("sources:clue", args=[clue_id])).content.decode()
    page = officer.get(address).content.decode()
    assert "138••••8000" in page and "13800138000" not in page and number not in page
    assert officer.post(address, {"purpose": ""}).status_code == 422
    page = officer.post(address, {"purpose": "打电话约上门"}).content.decode()
    assert "13800138000" in page and number in page
    with acting_as(SYSTEM):
        assert Entry.objects.get(action="application.show").purpose == "打电话约上门"
    for stranger in (cast.neighbour, cast.sibling_officer, cast.medical):
        assert sign_in(Client(), stranger).get(address).status_code == 404
