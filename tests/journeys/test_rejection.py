"""A report that does not meet the standard: rejected at review with its reason told; the lamp turns blue."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.journeys import steps
from tests.journeys.conftest import PHONE, WALL, SignIn
from tests.journeys.files import HOMES, export_write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"]),
]
BLUE = "审核未通过"
WHO = "王铁柱"
HEAD = HOMES[2].head.name
TOLD = "这次住院费用大部分已经报销，自付 1,500 元没有达到救助标准。后面还有费用，请留好票据告诉村预警员。"


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def test_a_rejected_report_ends_blue_with_the_reason_told(
    sign_in: SignIn, county: Cast, tmp_path: Path, today: date
) -> None:
    clerk = sign_in(county.county)
    steps.register_imported(
        clerk, export_write(tmp_path, on=today), data_date=today, households=len(HOMES),
        people=sum(len(home.people) for home in HOMES),
    )  # fmt: skip
    officer = sign_in(county.officer, width=PHONE)
    steps.warning_reported(
        officer, initials="wxl", household=HEAD, person=WHO, cause="因病", on=today - timedelta(days=2),
        summary="儿子阑尾炎手术住院", amounts={"总共花费": "6000", "已报销或已赔付": "4500"},
    )  # fmt: skip
    township = sign_in(county.township)
    steps.passed_on(township, HEAD)
    bodies = ("巨鹿县医疗保障局", "巨鹿县民政局", "王虎寨镇防贫工作站", "承保公司巨鹿支公司")
    steps.sent_out(clerk, HEAD, to=bodies)
    for body in (county.medical, county.civil, county.township):
        steps.answered(sign_in(body), HEAD, verdict="不符合救助条件", reasons="自付 1,500 元，未达到标准")
    steps.answered(sign_in(county.insurer), HEAD, verdict="不符合赔付条件", reasons="未达到赔付条件")
    steps.rejected(clerk, HEAD, reason="费用已由医保等报销，自付部分未达标准", told=TOLD)
    clerk.sees(BLUE, TOLD)
    steps.household_opened(clerk, HEAD)
    assert clerk.lamps_in("案件") == [BLUE]
    clerk.section_sees("案件", TOLD)
    clerk.section_sees("经过", "费用已由医保等报销", TOLD, "结案：审核未通过")
    officer.desk().sees(BLUE)
    officer.follow(HEAD).sees(TOLD)
    city = sign_in(county.city, width=WALL)
    city.desk().follow("看大屏")
    assert city.lamps()[BLUE] == 1
