"""The codes of refusals that programs rely on: written down here by hand, so that renaming a class is noticed."""

from __future__ import annotations

import pytest

from shouwang.kit.errors import Refusal
from shouwang.office.services import KeyReused, KeyUnreadable
from shouwang.people.services import DeviceLocked
from shouwang.register.errors import NotYourArea
from shouwang.sources.rules import phone, report
from shouwang.sources.services import BatchTooLarge, HouseholdElsewhere, KeyTwice, MayNotReport, ReportKeyReused

CODES: dict[type[Refusal], str] = {
    KeyReused: "key-reused",
    KeyUnreadable: "key-unreadable",
    DeviceLocked: "device-locked",
    NotYourArea: "not-your-area",
    BatchTooLarge: "batch-too-large",
    KeyTwice: "key-twice",
    HouseholdElsewhere: "household-elsewhere",
    MayNotReport: "may-not-report",
    ReportKeyReused: "report-key-reused",
    phone.CauseMissing: "cause-missing",
    phone.EventUnknown: "event-unknown",
    phone.OccurredMissing: "occurred-missing",
    phone.PersonElsewhere: "person-elsewhere",
    report.AmountNegative: "amount-negative",
    report.CauseNoteMissing: "cause-note-missing",
    report.OccurredInFuture: "occurred-in-future",
    report.OccurredTooLongAgo: "occurred-too-long-ago",
    report.ReimbursedAboveGross: "reimbursed-above-gross",
    report.SomebodyMissing: "somebody-missing",
    report.SummaryMissing: "summary-missing",
}


@pytest.mark.parametrize("refusal", CODES)
def test_a_code_stays(refusal: type[Refusal]) -> None:
    assert refusal().code == CODES[refusal]


def test_codes_with_something_to_say() -> None:
    assert phone.KnownAskedAgain("cause").code == "known-field-needs-reason"
    assert phone.OccurredAheadOfClock(3).code == "occurred-ahead-of-clock"
    assert report.PersonalNumberInText("summary").code == "personal-number-in-text"
