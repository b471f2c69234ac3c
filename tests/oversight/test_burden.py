"""The burden of the forms: what was asked, what was known, by channel; of one's own areas alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import version_ready, workflow_ready
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make
from tests.factories.sources import report_make

from shouwang.oversight.selectors.burden import Burden, burden_of
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.sources.models import Clue

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
