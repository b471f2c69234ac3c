"""The pages of money: a grant is asked to be paid, charts, the end of the year, lists and sheets that leave."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests.factories.casework import case_make, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.funds import AT, Desk, allocated, answer, batched, desk_make, owed

from shouwang.audit.models import Entry as AuditEntry
from shouwang.casework.services.recusing import recusal_declare
from shouwang.funds import errors
from shouwang.funds.models import Account, Commitment
from shouwang.funds.services import Payee, Wanted, case_pay
from shouwang.funds.services.exporting import money_export
from shouwang.kit.texts import PersonalNumberInText
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Membership, Person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(real_cast: Cast) -> Desk:
    workflow_ready(real_cast)
    return desk_make(real_cast)


def member_of(household_id: int) -> int:
    with acting_as(SYSTEM):
        return Membership.objects.get(household_id=household_id, relationship="HEAD").person_id


def test_what_a_case_was_granted_is_asked_for_once_it_is_approved(real_cast: Cast, desk: Desk) -> None:
    early, walk = case_make(real_cast, upto="review"), case_make(real_cast, upto="help")
    account = allocated(desk, real_cast, 100_00)
    clerk = sign_in(Client(), desk.maker)
    address = reverse("funds:ask", args=[walk.case_id])
    assert address in clerk.get(reverse("desks:household", args=[walk.case.household_id])).content.decode()
    form = clerk.get(address)
    said = {
        "key": "a" * 32, "account": account.pk, "amount": "60", "ground": "会议纪要〔2020〕7 号",
        "approved_on": timezone.localdate().isoformat(), "person": member_of(walk.case.household_id),
        "payee": "张胜坤", "relation": "SELF", "bank": "农业银行巨鹿县支行", "account_number": "6228 4806 0000 0123",
    }  # fmt: skip
    assert "可用 100.00 元" in form.content.decode()
    assert "还没有批准救助" in clerk.get(reverse("funds:ask", args=[early.case_id])).content.decode()
    assert clerk.post(address, {**said, "amount": ""}).status_code == 422
    for _ in range(2):
        assert clerk.post(address, said).status_code == 302
    with acting_as(desk.maker):
        made = Commitment.objects.get()
        assert (made.amount_fen, made.case_id, made.purpose) == (60_00, walk.case_id, account.purpose)
        assert Account.objects.get(pk=account.pk).balance_fen == 40_00
    wanted = Wanted(
        "b", account.pk, 1, made.person_id or 0, "纪要", date(2020, 7, 1), Payee("张", "62284806001", "农行")
    )
    for viewer, case_id, change, refusal in (
        (desk.maker, early.case_id, {}, errors.CaseNotGranted),
        (desk.maker, walk.case_id, {"person_id": 10**9}, errors.PersonElsewhere),
        (desk.maker, walk.case_id, {"ground": " "}, errors.DocumentMissing),
        (desk.maker, walk.case_id, {"approved_on": timezone.localdate() + timedelta(days=1)}, errors.DayAhead),
        (desk.maker, walk.case_id, {"account_id": 10**9}, errors.AccountNotFound),
        (desk.maker, walk.case_id, {"amount_fen": 41_00}, errors.NotEnoughMoney),
        (real_cast.leader, walk.case_id, {}, errors.NotMoneyWork),
        (desk.city, walk.case_id, {}, errors.AccountNotFound),
    ):  # fmt: skip
        given = Wanted(**{**wanted.__dict__, **change})
        with pytest.raises(refusal), acting_as(viewer):
            case_pay(viewer=viewer, case_id=case_id, wanted=given, at=timezone.now())
    with acting_as(desk.maker):
        recusal_declare(viewer=desk.maker, case_id=walk.case_id, relation="KIN", at=timezone.now())
        with pytest.raises(errors.TooClose):
            case_pay(viewer=desk.maker, case_id=walk.case_id, wanted=wanted, at=timezone.now())


def test_lists_leave_for_a_purpose_with_a_mark_and_no_formula_and_sheets_are_logged(
    real_cast: Cast, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    allocated(desk, real_cast, 100_00)
    batch = batched(desk, owed(real_cast, desk.maker, 60_00, head="=1+1"), upto="checked")
    owed(real_cast, desk.maker, 5_00)
    clerk, city = sign_in(Client(), desk.maker), sign_in(Client(), real_cast.city)
    address = reverse("funds:export") + "?year=2020"
    assert clerk.post(address, {"what": "payments", "year": "2020", "purpose": " "}).status_code == 422
    said = {"what": "payments", "year": "2020", "purpose": "年中核对"}
    answer = city.post(address, said)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_name("支付").to_python()
    assert len(rows) == 2 and rows[1][2] == "'=1+1" and rows[1][6] == 60.0
    assert b"media/image" in answer.content, "the mark lies behind the cells"
    for what, found in (("ledger", 2020), ("grants", 2020)):
        with acting_as(real_cast.auditor):
            name, content = money_export(viewer=real_cast.auditor, what=what, year=found, purpose="核对", at=AT)
        assert name.endswith(".xlsx") and content.startswith(b"PK")
    with acting_as(real_cast.neighbour):
        _, content = money_export(viewer=real_cast.neighbour, what="ledger", year=2020, purpose="核对", at=AT)
        assert len(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()) == 1
        with pytest.raises(PersonalNumberInText):
            money_export(viewer=real_cast.neighbour, what="ledger", year=2020, purpose="查 13800138000", at=AT)
    monkeypatch.setattr("shouwang.funds.services.exporting.LIMIT", 0)
    with pytest.raises(errors.ExportTooLong), acting_as(desk.maker):
        money_export(viewer=desk.maker, what="payments", year=2020, purpose="核对", at=AT)
    for viewer, told in ((real_cast.leader, "支付待放行"), (desk.maker, "款项待支付")):
        assert told in sign_in(Client(), viewer).get(reverse("desks:desk")).content.decode(), told
    sheet = clerk.get(reverse("funds:batch_print", args=[batch.pk]))
    assert sheet["Content-Type"] == "application/pdf" and sheet.content.startswith(b"%PDF")
    with acting_as(SYSTEM):
        purposes = dict(
            AuditEntry.objects.filter(action__in=["money.export", "batch.print"]).values_list("action", "purpose")
        )
    assert set(purposes) == {"money.export", "batch.print"}


def test_charts_say_where_the_money_lies_and_the_year_is_closed_on_its_page(real_cast: Cast, desk: Desk) -> None:
    allocated(desk, real_cast, 100_00)
    sent, left = batched(desk, owed(real_cast, desk.maker, 50_00)), owed(real_cast, desk.maker, 10_00)
    clerk = sign_in(Client(), desk.maker)
    with acting_as(SYSTEM):
        Person.objects.filter(pk=left.person_id).update(died_on=timezone.localdate())
    again = clerk.post(reverse("funds:owed"), {"owed": [str(left.pk)]})
    told = again.content.decode()
    assert again.status_code == 422 and "去世" in told, "what cannot be paid is said on the list"
    assert f'value="{left.pk}" checked' in told and '<span data-picked="owed">1</span>' in told, "what was chosen stays"
    for content, why in (
        (b"x,y\n1,2", "没有找到"),
        (answer(sent, results={1: "不详"}), ""),
        (answer(sent), "已经读过"),
    ):
        file = SimpleUploadedFile("回盘.csv", content)
        for _ in range(2 if why == "已经读过" else 1):
            file.seek(0)
            read = clerk.post(reverse("funds:batch_answer", args=[sent.pk]), {"file": file})
        assert (read.status_code, why in read.content.decode()) == (422 if why else 302, True), why
        if not why:
            assert "回盘里的结果“不详”看不懂" in clerk.get(reverse("funds:unknown")).content.decode()
    text = clerk.get(reverse("funds:flow") + "?year=2020").content.decode()
    for told in ("各级收到的钱", "平均停了多少天", "批给农户的钱", "50.00", "巨鹿县防贫中心"):
        assert told in text, told
    assert "这个年度还没有资金" in sign_in(Client(), real_cast.neighbour).get(reverse("funds:flow")).content.decode()
    address = reverse("funds:close") + "?year=2020"
    page = clerk.get(address).content.decode()
    assert "40.00" in page and "另有 10.00 元" in page and "结转" in page
    said = {"key": "c" * 32, "on": timezone.localdate().isoformat(), "document": "年终结转通知"}
    assert clerk.post(address, {**said, "document": ""}).status_code == 422
    assert clerk.post(address, said).status_code == 302
    with acting_as(desk.maker):
        assert Account.objects.get(year=2021, stage="AVAILABLE").balance_fen == 40_00
    assert "没有要结转的钱" in clerk.get(address).content.decode()
