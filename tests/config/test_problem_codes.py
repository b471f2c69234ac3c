"""The codes of refusals that programs rely on: written down here by hand, so that renaming a class is noticed."""

from __future__ import annotations

from types import ModuleType

import pytest

from shouwang.kit import papers, resident_id
from shouwang.kit.errors import Refusal
from shouwang.office.services import sending
from shouwang.people.services import devices
from shouwang.register.errors import NotYourArea
from shouwang.sources.rules import phone, report
from shouwang.sources.services import clues, delivering, errors, interface_keys, pictures, pushing
from shouwang.sources.services import phone as sent

# What the two interfaces run through: whatever they refuse is defined in one of these.
HOMES: tuple[ModuleType, ...] = (
    sending, devices, phone, report, papers, resident_id, clues, delivering, errors, interface_keys, sent, pictures,
    pushing,
)  # fmt: skip
BASES = {report.ReportRefusal, papers.PaperRefusal, resident_id.ResidentIdRefusal}
FILES = {resident_id.ResidentIdMissing, resident_id.ResidentIdFromNumber, resident_id.CertificateRefusal}
PAGES = {
    errors.MayNotDecide, errors.PersonWithoutHome, errors.NotAtThisStep, interface_keys.MayNotMakeKeys,
    interface_keys.KeyRefused,
}  # fmt: skip
CODES: dict[type[Refusal], str] = {
    NotYourArea: "not-your-area",
    sending.KeyReused: "key-reused",
    sending.KeyUnreadable: "key-unreadable",
    devices.DeviceLocked: "device-locked",
    clues.ClueTaken: "clue-taken",
    clues.HouseholdElsewhere: "household-elsewhere",
    clues.MayNotReport: "may-not-report",
    clues.ReportKeyReused: "report-key-reused",
    delivering.ColumnUnknown: "column-unknown",
    errors.DataDateInFuture: "data-date-in-future",
    errors.DeliveredBefore: "delivered-before",
    errors.ImportStale: "import-stale",
    errors.MappingDoubled: "mapping-doubled",
    errors.MappingIncomplete: "mapping-incomplete",
    errors.MayNotDeliver: "may-not-deliver",
    interface_keys.QuotaSpent: "quota-spent",
    interface_keys.TooManyCalls: "too-many-calls",
    papers.PaperEmpty: "paper-empty",
    papers.PaperEncrypted: "paper-encrypted",
    papers.PaperHasFiles: "paper-has-files",
    papers.PaperHasScript: "paper-has-script",
    papers.PaperIsArchive: "paper-is-archive",
    papers.PaperIsOtherImage: "paper-is-other-image",
    papers.PaperIsPage: "paper-is-page",
    papers.PaperIsProgram: "paper-is-program",
    papers.PaperIsSvg: "paper-is-svg",
    papers.PaperIsVideo: "paper-is-video",
    papers.PaperLaunches: "paper-launches",
    papers.PaperTooHeavy: "paper-too-heavy",
    papers.PaperTooLarge: "paper-too-large",
    papers.PaperTooManyPages: "paper-too-many-pages",
    papers.PaperTooManyPixels: "paper-too-many-pixels",
    papers.PaperUnknown: "paper-unknown",
    papers.PaperUnreadable: "paper-unreadable",
    phone.CauseMissing: "cause-missing",
    phone.EventUnknown: "event-unknown",
    phone.KnownAskedAgain: "known-field-needs-reason",
    phone.OccurredAheadOfClock: "occurred-ahead-of-clock",
    phone.OccurredMissing: "occurred-missing",
    phone.PersonElsewhere: "person-elsewhere",
    pictures.PictureNotImage: "picture-not-image",
    pictures.PictureTooLarge: "picture-too-large",
    pictures.ReportNotThere: "report-not-there",
    pictures.SignerMissing: "signer-missing",
    pushing.VillageUnknown: "village-unknown",
    report.AmountNegative: "amount-negative",
    report.CauseNoteMissing: "cause-note-missing",
    report.CauseUnknown: "cause-unknown",
    report.OccurredInFuture: "occurred-in-future",
    report.OccurredTooLongAgo: "occurred-too-long-ago",
    report.PaperBeforeEvent: "paper-before-event",
    report.PaperInFuture: "paper-in-future",
    report.PersonalNumberInText: "personal-number-in-text",
    report.ReimbursedAboveGross: "reimbursed-above-gross",
    report.SomebodyMissing: "somebody-missing",
    report.SummaryMissing: "summary-missing",
    resident_id.ResidentIdBirthDate: "resident-id-birth-date",
    resident_id.ResidentIdBirthInFuture: "resident-id-birth-in-future",
    resident_id.ResidentIdCharacters: "resident-id-characters",
    resident_id.ResidentIdCheckDigit: "resident-id-check-digit",
    resident_id.ResidentIdLength: "resident-id-length",
    sent.BatchTooLarge: "batch-too-large",
    sent.KeyTwice: "key-twice",
}


@pytest.mark.parametrize("refusal", CODES)
def test_a_code_stays(refusal: type[Refusal]) -> None:
    assert refusal.__new__(refusal).code == CODES[refusal]


def test_no_two_refusals_share_a_code_and_every_one_that_an_interface_gives_is_written_down() -> None:
    assert len(set(CODES.values())) == len(CODES)
    given = {
        found
        for home in HOMES
        for found in vars(home).values()
        if isinstance(found, type) and issubclass(found, Refusal) and found.__module__ == home.__name__
    }
    absent = {found for found in given if found.is_absent}  # an interface calls all of them not-found
    assert given - absent - BASES - FILES - PAGES == set(CODES) - {NotYourArea}
