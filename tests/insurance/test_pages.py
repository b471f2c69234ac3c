"""The pages of insurance, as the insurer and the county use them without a script."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import case_make, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.insurance import claim_make, head_of
from tests.factories.papers import photo

from shouwang.audit.models import Entry
from shouwang.insurance.models import Claim, Pool
from shouwang.kit.tables import cell_text, tables_open
from shouwang.people.access import SYSTEM, Viewer, acting_as

pytestmark = pytest.mark.django_db(transaction=True)


def client_of(viewer: Viewer) -> Client:
    return sign_in(Client(), viewer)


def item(row: int, name: str, evidence: str, claimed: str, assessed: str) -> dict[str, str]:
    said = {"name": name, "evidence": evidence, "claimed": claimed, "assessed": assessed, "receipt": "", "note": ""}
    return {f"items-{row}-{key}": value for key, value in said.items()}


MANAGED = {"items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0"}


def test_from_a_pool_to_a_claim_that_waits_for_its_decision(real_cast: Cast) -> None:
    """County and insurer by form alone: a term, its premium, a claim, its loss, its papers."""
    workflow_ready(real_cast)
    county, insurer = client_of(real_cast.county), client_of(real_cast.insurer)
    first = timezone.localdate().replace(month=1, day=1)
    sent = {"key": "fund", "from_date": first.isoformat(), "organisation": real_cast.insurer.organisation_id,
            "document": "巨合 1 号", "tender": "巨招 1 号"}  # fmt: skip
    assert county.post(reverse("insurance:open_pool"), sent | {"document": ""}).status_code == 422
    address = county.post(reverse("insurance:open_pool"), sent)["Location"]
    money = {
        "version": 1,
        "move": "PREMIUM",
        "amount_fen": "1500000",
        "on": first.isoformat(),
        "source": "COUNTY",
        "note": "巨财社 1 号",
        "with_budget": "on",
    }
    assert "保费还差" in county.post(address, money | {"amount_fen": "1500000.01"}).content.decode()
    assert county.post(address, money).status_code == 302
    shown = county.get(address).content.decode()
    assert "50.00 元 × 30,000 人 = 1,500,000.00 元" in shown
    assert "保费已收齐" in shown

    walk = case_make(real_cast, upto="help")
    event = {"cause": "ILLNESS", "on": timezone.localdate().isoformat(), "payee": head_of(walk.case.household_id),
             "summary": "住院"}  # fmt: skip
    opening = reverse("insurance:open_case", args=[walk.case_id])
    assert f'value="{timezone.localdate().isoformat()}"' not in county.get(opening).content.decode()  # nor guessed
    assert "没有预警或筛查能说明类型" in county.post(opening, event).content.decode()
    claim = county.post(opening, event | {"type_key": "MARGINAL", "type_note": "入户核查"})["Location"]
    again = county.post(opening, event | {"type_key": "MARGINAL", "type_note": "核"}).content.decode()
    assert "已经有一件理赔" in again
    assert 'id="id_on_error"' in again  # beside the day it is about

    loss = MANAGED | item(0, "住院费用", "25000", "25000", "25000.01") | {"version": 1, "MEDICAL": ""}
    refused = insurer.post(claim + "assess/", loss).content.decode()
    assert "核定金额 25,000.01 元，多于申报金额 25,000.00 元" in refused
    assert 'value="25000.01"' in refused  # nothing typed is lost
    assert 'id="id_items-0-assessed_error"' in refused  # beside its field
    nothing = insurer.post(claim + "assess/", MANAGED | {"version": 1}).content.decode()
    assert '<a href="#id_items-0-name">请至少写一项损失。</a>' in nothing and 'id="id_items-0-name_error"' in nothing
    assert "理赔要定损、送审" in insurer.get(reverse("desks:desk")).content.decode()
    assert insurer.post(claim + "assess/", loss | {"items-0-assessed": "25000"}).status_code == 302
    shown = insurer.get(claim).content.decode()
    for text in ("0.00 至 20,000.00 元的部分", "10,000.00 元", "还缺材料：住院病历、费用清单、报销结算单", "演示数据"):
        assert text in shown
    assert "重算结果与当时一致" in insurer.get(claim + "replay/").content.decode()
    for version, kind in enumerate(("住院病历", "费用清单", "报销结算单"), start=2):
        file = SimpleUploadedFile("a.jpg", photo(), content_type="image/jpeg")
        sent = {"version": version, "kind": kind, "papers": file}
        assert insurer.post(claim + "papers/", sent).status_code == 302
    assert insurer.post(claim + "propose/", {"version": 1}).status_code == 409  # somebody else's version
    assert insurer.post(claim + "propose/", {"version": 5}).status_code == 302
    with acting_as(SYSTEM):
        assert Claim.objects.get().state == "PROPOSED"
        assert Pool.objects.get().balance_fen == 150_000_000
    assert "等审定" in county.get(reverse("insurance:claims") + "?state=PROPOSED").content.decode()
    assert county.get(claim + "decide/").status_code == 200
    assert (
        "您经手过这件理赔"
        in county.post(claim + "decide/", {"version": 6, "outcome": "approve", "reason": "属实"}).content.decode()
    )


def test_the_household_file_the_case_and_the_task_lead_to_claims(real_cast: Cast) -> None:
    found = claim_make(real_cast)
    for step in (found.assess, found.propose, found.decide, found.request, found.pay):
        step()
    county = client_of(real_cast.county)
    shown = county.get(reverse("desks:household", args=[found.walk.case.household_id])).content.decode()
    assert reverse("insurance:claim", args=[found.claim_id]) in shown
    assert "10,000.00 元" in shown
    case = county.get(reverse("casework:case", args=[found.walk.case_id])).content.decode()
    assert reverse("insurance:open_case", args=[found.walk.case_id]) in case
    asked = case_make(real_cast, upto="answers")
    task = asked.tasks(organisation_id=real_cast.insurer.organisation_id)[0]
    page = client_of(real_cast.insurer).get(reverse("casework:task", args=[task.pk])).content.decode()
    assert reverse("insurance:open_task", args=[task.pk]) in page


def test_a_statement_on_paper_and_the_list_of_a_pool(real_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    found = claim_make(real_cast)
    found.assess(MEDICAL=100_000)
    for step in (found.propose, found.decide, found.request, found.pay):
        step()
    insurer = client_of(real_cast.insurer)
    made = insurer.get(reverse("insurance:statement", args=[found.claim_id]))
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")
    assert (
        reverse("insurance:statement", args=[found.claim_id]).encode()
        in insurer.get(reverse("insurance:claim", args=[found.claim_id])).content
    )
    address = reverse("insurance:export", args=[found.claim.pool_id])
    refused = insurer.post(address, {"purpose": " "})
    assert refused.status_code == 422
    assert 'id="id_purpose_error"' in refused.content.decode()  # beside its field, on the pool's own page
    assert "身份证号" in insurer.post(address, {"purpose": "查 13800138000"}).content.decode()
    with acting_as(SYSTEM):
        Claim.objects.update(decision_reason="=1+1")
    content = insurer.post(address, {"purpose": "季度对账"}).content
    with tables_open(content, name="a.xlsx") as sheets:
        rows = [[cell_text(cell) for cell in row] for sheet in sheets for _, row in sheet.rows]
    assert rows[1][0] == str(found.claim_id)
    assert rows[1][-1] == "'=1+1"  # no spreadsheet takes it for a formula
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert any(name.startswith("xl/media/image") for name in book.namelist())  # the mark lies behind the cells
        assert "季度对账" in book.read("xl/worksheets/sheet1.xml").decode()  # and on every printed page
    with monkeypatch.context() as patch:
        patch.setattr("shouwang.insurance.services.printing.LIST_LIMIT", 0)
        assert "一个文件最多 0 件" in insurer.post(address, {"purpose": "季度对账"}).content.decode()
    with acting_as(SYSTEM):
        (entry,) = Entry.objects.filter(action="pool.export")
        assert (entry.purpose, entry.after["rows"]) == ("季度对账", 1)
    assert client_of(real_cast.neighbour).post(address, {"purpose": "看看"}).status_code == 404
