"""Help by place and measure, on the page and in its workbook. People add up in `tests/worked`."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests.factories.casework import AT, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make

from shouwang.assistance.services import Start, entitlement_start, entitlements_run
from shouwang.people.access import acting_as
from shouwang.standards.selectors import policy_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_and_its_workbook_say_the_same(client: Client, cast: Cast) -> None:
    workflow_ready(cast)
    home = household_make(cast.slot)
    with acting_as(cast.county):
        policy = policy_for(slot=cast.slot, on=AT.date())[1]
        start = Start(home.pk, cast.slot, "dibao", cast.civil.organisation_id or 0, 23_500, date(2020, 6, 1))
        entitlement_start(viewer=cast.county, policy=policy, start=start, at=AT)
        entitlements_run(viewer=cast.county, month=date(2020, 6, 1), pairs=set(), at=AT)
    sign_in(client, cast.county)
    text = client.get(reverse("assistance:counts") + "?year=2020").content.decode()
    assert "农村低保" in text and "王虎寨镇" in text and "235.00" in text
    answer = client.post(reverse("assistance:counts_export"), {"year": "2020", "area": ""})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["王虎寨镇", "农村低保", "综合保障", 0, 0, 0, 235]
    assert client.get(reverse("assistance:counts") + "?area=130532").status_code == 404
