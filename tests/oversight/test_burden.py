"""The burden of the forms: what was asked, what was known, by channel; of one's own areas alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import version_ready, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.public import applied, taken
from tests.factories.register import household_make
from tests.factories.sources import report_make

from shouwang.oversight.selectors.burden import Burden, burden_of
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.public.forms import ApplicationForm
from shouwang.public.rules.questions import questions_put
from shouwang.rounds.services import round_open
from shouwang.sources.models import Clue
from shouwang.sources.selectors.reporting import causes_offered
from shouwang.sources.services import opinion_enter

pytestmark = pytest.mark.django_db(transaction=True)


def told(viewer: Viewer) -> list[Burden]:
    with acting_as(viewer):
        return burden_of(viewer, on=timezone.localdate())


def test_the_forms_of_a_year_are_counted_by_channel_and_area(cast: Cast) -> None:
    home = household_make(cast.slot)
    said = [{"asked": 9, "known": 6}, {"asked": 4, "known": 9, "asked_again": ["gross_fen"]}, {}]
    clues = [report_make(cast.officer, home.pk, cause=cause) for cause in ("ILLNESS", "STUDY", "DISASTER", "ACCIDENT")]
    with acting_as(SYSTEM):
        for clue, details in zip(clues, [*said, {"asked": 99, "known": 0}], strict=True):
            Clue.objects.filter(pk=clue.pk).update(details=details)
        Clue.objects.filter(pk=clues[3].pk).update(reported_at=timezone.now() - timedelta(days=400))
    assert told(cast.county) == [Burden("预警员上报", 3, 2, 6.5, 7.5, 1)]
    assert told(cast.neighbour) == []


def test_the_page_says_so_and_is_linked_from_the_pack(cast: Cast) -> None:
    workflow_ready(cast)
    with acting_as(SYSTEM):
        version = version_ready("xingtai")
    empty = sign_in(Client(), cast.county).get(reverse("oversight:burden")).content.decode()
    assert "近一年没有登记表" in empty
    report_make(cast.officer, household_make(cast.slot).pk)
    page = sign_in(Client(), cast.county).get(reverse("oversight:burden")).content.decode()
    assert "预警员上报" in page and "共 1 份" in page
    linked = sign_in(Client(), cast.county).get(reverse("standards:version", args=[version.pk])).content.decode()
    assert reverse("oversight:burden") in linked


def test_no_form_that_somebody_fills_in_goes_uncounted(cast: Cast, client: Client) -> None:
    workflow_ready(cast)
    home, today = household_make(cast.slot, head="张胜坤").pk, timezone.localdate().isoformat()
    with acting_as(cast.county):
        now = timezone.now()
        made = round_open(
            viewer=cast.county, sweep="cadre_monthly", slots=[cast.slot], due_on=timezone.localdate(), at=now
        )
        letter = opinion_enter(
            viewer=cast.county, channel="LETTER", origin="村民来信", received_on=timezone.localdate(), at=now,
            subject="他家房子塌了", household_id=home,
        )  # fmt: skip
    applied(Client(), cast)
    taken()
    clerk, officer = sign_in(Client(), cast.county), sign_in(client, cast.officer)
    call = {"key": "k" * 32, "channel": "HOTLINE", "household": "张胜坤", "cause": "ILLNESS", "summary": "住院没有钱交",
            "occurred_on": today, "tie": "SELF"}  # fmt: skip
    stranger = {"key": "s" * 32, "channel": "WECHAT", "household": "外来户", "person_name": "外来户",
                "village": f"{cast.slot:012d}", "person_note": "村东头第二家"}  # fmt: skip
    found = {"cause": "DISASTER", "summary": "西屋进水", "occurred_on": today}
    judged = {"version": 1, "verdict": "CLUE", "household": f"@{home}", "cause": "DISASTER", "occurred_on": today}
    clerk.post(reverse("sources:calls"), call)
    clerk.post(reverse("sources:calls"), call | stranger)
    officer.post(reverse("rounds:finding", args=[made.pk, home]), found)
    clerk.post(reverse("sources:opinion", args=[letter.pk]), judged)
    with acting_as(SYSTEM):
        asked = dict(Clue.objects.values_list("channel", "details"))
        offered = causes_offered(slot=cast.slot, on=timezone.localdate())
    form = ApplicationForm(causes=offered, today=timezone.localdate())
    questions = [field.name for field in form.visible_fields()]
    assert questions == list(questions_put([code for code, _ in offered]))
    assert {channel: each["asked"] for channel, each in asked.items()} == {
        "APPLICATION": len(questions), "HOTLINE": 10, "WECHAT": 13, "SWEEP": 4, "LETTER": 5,
    }  # fmt: skip
    known = {channel: each["known"] for channel, each in asked.items()}
    assert known["WECHAT"] == known["APPLICATION"] == 0
    assert known["HOTLINE"] == known["SWEEP"] == known["LETTER"] > 2
    assert all(line.counted == line.forms for line in told(cast.county))
