"""The household's own statement: what was granted, how far it has come, on the page and as a sheet to print."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typst
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.factories.care import Care, provider_make
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.funds import AT, allocated, answer, batched, desk_make, owed
from tests.factories.public import receipt_in, status_page
from tests.public.test_handing import handed, pin_in

from shouwang.desks.selectors.household import payment_lines
from shouwang.desks.selectors.letter import letter_money
from shouwang.funds.services import Commitment, payment_recover, return_read
from shouwang.insurance.care.models import CareInsured
from shouwang.people.access import NOBODY, SYSTEM, acting_as
from shouwang.public.models import Receipt
from shouwang.public.rules.paid import WORDS
from shouwang.public.selectors import granted_to

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_was_granted_is_told_with_how_far_it_has_come_and_only_with_a_handed_pin(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = case_make(cast, upto="review")
    household_id = walk.case.household_id
    desk = desk_make(cast)
    allocated(desk, cast, 10_000_00)
    dues = [owed(cast, desk.maker, fen, household_id=household_id) for fen in (1_000_00, 200_00, 30_00, 4_00)]
    other = owed(cast, desk.maker, 77_00, head="李某某")
    with acting_as(SYSTEM):
        Commitment.objects.filter(pk=dues[0].pk).update(case_id=walk.case_id)
    batch = batched(desk, *dues[:3], other, at=AT)
    with acting_as(desk.maker):
        back = answer(batch, results={2: "失败", 3: ""})
        return_read(viewer=desk.maker, batch_id=batch.pk, name="回盘.csv", content=back, at=AT + timedelta(days=1))
        paid = dues[0].payments.get()
        payment_recover(viewer=desk.maker, payment_id=paid.pk, amount_fen=1_00, reason="多付", at=AT)
    care = Care(cast, provider_make(cast))  # a member of the household was cared for
    insured = care.insured(name="李护理")
    care.log(care.plan(insured), 1, 3)
    with acting_as(SYSTEM):
        CareInsured.objects.update(household_id=household_id)
    slip = handed(cast, "hand_case", walk.case_id)
    page = status_page(client, receipt_in(slip), pin_in(slip)).content.decode()
    carried = page.split('name="opened" value="')[1].split('"')[0]
    text = client.post(reverse("desks:statement"), {"opened": carried}).content.decode()
    for told in (
        "2020-06 李护理：3 天", "收费 166.65 元", "机构还没有申报",
        "1,000.00 元", "200.00 元", "30.00 元", "4.00 元", "2020-07-02 已经打到账上", WORDS["RETURNED"],
        WORDS["UNKNOWN"], WORDS["OWED"], "后来收回了 1.00 元", "一共批准 1,234.00 元，已经打到账上 999.00 元",
    ):  # fmt: skip
        assert told in text, told
    assert "77.00" not in text and "本级支付的钱" not in text, "nobody else's, and nothing twice"
    with acting_as(desk.maker):
        said = letter_money(desk.maker, walk.case)
        assert len(said) == 1 and "1,000.00 元，打到" in said[0], (
            "what is left after 1 yuan came back is not said again"
        )
    given: dict[str, str] = {}
    whole = typst.compile
    monkeypatch.setattr(
        typst, "compile", lambda source, **more: given.update(more["sys_inputs"]) or whole(source, **more)
    )
    sheet = client.post(reverse("desks:statement_print"), {"opened": carried})
    assert sheet.status_code == 200 and sheet["Content-Type"] == "application/pdf"
    assert sheet["Cache-Control"] == "no-store" and not sheet.cookies
    assert sheet.content.startswith(b"%PDF")
    for told in (
        "救助资金对账单",
        "李护理：居家护理，巨鹿县安康护理院",
        "166.65",
        "1,000.00",
        "2020-07-02 已经打到账上",
        "批准 1,234.00 元，已经打到账上 999.00 元",
    ):
        assert told in given["data"], told
    with acting_as(cast.officer):
        receipt = Receipt.objects.get()
    assert granted_to(receipt_id=receipt.pk, pin_at=receipt.pin_at - timedelta(seconds=1)) == []
    with acting_as(cast.officer):
        Receipt.objects.filter(pk=receipt.pk).update(is_given=False)
    assert granted_to(receipt_id=receipt.pk, pin_at=receipt.pin_at) == [], "a PIN of one's own opens no money"
    assert client.post(reverse("desks:statement_print"), {"opened": carried}).status_code == 409
    with acting_as(NOBODY), connection.cursor() as cursor:
        cursor.execute("select count(*) from funds_commitment")
        assert cursor.fetchone() == (0,), "without a viewer no row is read but through the function"
    for viewer in (cast.officer, cast.township, cast.county):
        with acting_as(viewer):
            assert len(payment_lines(viewer, household_id)) == 5, "who looks after a household sees its payments"
    with acting_as(cast.neighbour):
        assert payment_lines(cast.neighbour, household_id) == []


def test_the_letter_tells_the_newest_decision_with_its_reason_and_how_to_object(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, str] = {}
    whole = typst.compile
    monkeypatch.setattr(
        typst, "compile", lambda source, **more: given.update(more["sys_inputs"]) or whole(source, **more)
    )
    walk = case_make(cast, upto="review")
    address = reverse("desks:letter", args=[walk.case_id])
    officer = sign_in(Client(), cast.officer)
    assert officer.get(address).status_code == 409, "nothing is decided yet"
    walk.review(conforms=False, reason_key="covered", told="医保已经报销了大部分。")
    answer = officer.get(address)
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    for told in ("张胜坤", "医保已经报销了大部分。", "30 天以内可以申诉", "15 个工作日"):
        assert told in given["data"], told
    assert sign_in(Client(), cast.neighbour).get(address).status_code == 404
    assert sign_in(Client(), cast.medical).get(address).status_code == 404
