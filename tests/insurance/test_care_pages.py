"""The pages of long-term care by form alone: from an application to a statement on paper and as a workbook."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests.factories.care import Care, care_make, id_of
from tests.factories.cast import Cast, sign_in

from shouwang.insurance.care.models import CareApplication, CareBill, CareDay, CareInsured, CarePlan
from shouwang.kit.dates import months_add
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def only(model):  # type: ignore[no-untyped-def]
    with acting_as(SYSTEM):
        return model.objects.get()


def test_a_month_of_care_by_form_alone(real_cast: Cast) -> None:
    care: Care = care_make(real_cast)
    month = months_add(timezone.localdate().replace(day=1), -1)
    end = months_add(month, 1) - timedelta(days=1)
    first, last, days = month.isoformat(), end.isoformat(), (end - month).days + 1

    def page(viewer: Viewer, route: str, /, *args: object, status: int = 200, query: str = "", **data: object) -> str:
        client = sign_in(Client(), viewer)
        address = reverse(f"insurance:{route}", args=args) + query
        response = client.post(address, data, follow=True) if data else client.get(address)
        assert response.status_code == status, response.content.decode()[-1500:]
        return response.content.decode()

    office, assessor, provider = care.office, real_cast.labour, care.provider
    asked = {"name": "张失能", "id_text": id_of(1), "group": "RESIDENT", "insured_from": first, "applied_on": first}
    ahead = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert "参保日期不能晚于今天" in page(office, "care_apply", status=422, **{**asked, "insured_from": ahead})
    assert "等评定" in page(office, "care_apply", **asked)
    application = only(CareApplication)
    assert "张失能" in page(assessor, "care")
    result = {"version": 1, "level": "FULL", "assessed_on": first, "document": "评 1 号"}
    assert "请选择等级" in page(assessor, "care_assess", application.pk, status=422, **{**result, "level": ""})
    page(assessor, "care_assess", application.pk, **result)
    insured = only(CareInsured)
    assert "还没有安排" in page(office, "care_person", insured.pk)
    plan_sent = {"version": 1, "mode": "HOME", "provider": provider.organisation_id, "first": first}
    page(office, "care_plan", insured.pk, **plan_sent)
    assert "已经有一个护理安排" in page(office, "care_plan", insured.pk, status=422, **plan_sent)
    plan = only(CarePlan)
    desk = page(provider, "care")
    assert "张失能" in desk and re.search(r">1<small> 人</small></span><span[^>]*>正在护理的人", desk)
    assert "还没有账单。护理机构每月申报以后，列在这里。" in page(real_cast.county, "care")
    logged = {"first": first, "last": last, "charge_fen": "55.55"}
    assert "已登记" in page(provider, "care_client", plan.pk, query=f"?month={month:%Y-%m}", **logged)
    assert "一天只能算一次" in page(provider, "care_client", plan.pk, status=422, **logged)
    back = {"take_back": "1", "back-first": last, "back-last": last, "back-reason": "多记一天"}
    assert "多记一天" in page(provider, "care_client", plan.pk, **back)
    sent = {"invoice": "00012345", "late_reason": "系统停用"}
    total = (days - 1) * 5555
    wrong = f"{(total + 1) / 100:.2f}"
    assert "两个数要一样" in page(provider, "care_file", f"{month:%Y-%m}", status=422, invoice_fen=wrong, **sent)
    assert "等核对" in page(provider, "care_file", f"{month:%Y-%m}", invoice_fen=f"{total / 100:.2f}", **sent)
    bill = only(CareBill)
    assert "账单等核对" in page(office, "care")
    assert "等核对" in page(real_cast.county, "care_bills", query="?state=FILED")
    assert "请先勾选" in page(office, "care_strike", bill.pk, status=422, version=1, reason="住院")
    with acting_as(SYSTEM):
        day = CareDay.objects.get(on=month)
    kept = page(office, "care_strike", bill.pk, status=422, version=1, reason="", day=day.pk)
    assert f'value="{day.pk}" checked' in kept, "what was ticked stays ticked"
    assert "核减：住院" in page(office, "care_strike", bill.pk, version=1, reason="住院", day=day.pk)
    assert "第 1 次结算" in page(office, "care_step", bill.pk, "check", version=2)
    for viewer in (office, provider, real_cast.county):  # what a day was paid, beside its cap
        assert "平均每天应付" in page(viewer, "care")
    assert "有异议" in page(provider, "care_step", bill.pk, "dispute", version=3, reason="没有住院")
    assert "异议要由没有经手过的人来办" in page(
        office, "care_step", bill.pk, "correct", status=422, version=4, reason="维持"
    )
    assert "重算结果与当时一致" in page(office, "care_replay", bill.pk)
    assert "每天收费 55.55 元 × 90%" in page(office, "care_person", insured.pk)
    client = sign_in(Client(), provider)
    paper = client.get(reverse("insurance:care_print", args=[bill.pk, "pdf"]))
    assert paper.content.startswith(b"%PDF") and paper["Content-Type"] == "application/pdf"
    sheet = client.get(reverse("insurance:care_print", args=[bill.pk, "xlsx"])).content
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    paid = f"{(days - 2) * 4999 / 100:,.2f}"
    assert [rows[1][0], rows[1][3], rows[-1][0], rows[-1][3]] == ["张失能", paid, "合计", paid]
