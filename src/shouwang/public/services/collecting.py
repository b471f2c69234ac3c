"""Behind the wall, each minute: applications become clues, matched with the register; the applicant learns nothing."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone

from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.people.access import SYSTEM, acting_as
from shouwang.public.models import Application, Attempt, Receipt
from shouwang.public.rules.questions import questions_put
from shouwang.public.services.applying import APPLICANT, Contact, contact_context
from shouwang.register.selectors import PersonHit, persons_by_identifier
from shouwang.sources.rules.names import SIMILAR, Alike, names_alike
from shouwang.sources.selectors.reporting import causes_offered
from shouwang.sources.services import clue_report

logger = logging.getLogger(__name__)
COUNTY_SIZE = 10**6
SAME = SIMILAR | {Alike.SAME}
NO_HOME = "没有写住处"


def contact_of(application: Application) -> Contact:
    """This function opens whom an application is about and whom to call."""
    text = keyring().open(application.sealed, context=contact_context(application.token))
    return Contact(**json.loads(text))


def applications_take(*, at: datetime, limit: int = 200) -> int:
    """This function makes a clue of every new application, each in a transaction of its own; returns how many.

    One that was taken back before becomes none.
    """
    with acting_as(SYSTEM):
        new = Application.objects.filter(taken_at__isnull=True, withdrawn_at__isnull=True).order_by("pk")
        ids = list(new.values_list("pk", flat=True)[:limit])
    done = 0
    for pk in ids:
        try:
            with acting_as(SYSTEM):
                done += _take(pk, at)
        except (Refusal, IntegrityError):
            logger.exception("application %s left to the next round", pk)
    return done


def _take(pk: int, at: datetime) -> int:
    application = Application.objects.select_for_update().get(pk=pk)
    if application.taken_at is not None or application.withdrawn_at is not None:
        return 0
    contact = contact_of(application)
    known = _known(application, contact)
    offered = [code for code, _ in causes_offered(slot=application.slot, on=timezone.localdate(application.at))]
    clue = clue_report(
        viewer=replace(SYSTEM, organisation_name="", name=f"{APPLICANT}（{application.get_by_display()}）"),
        household_id=known.household_id if known else None,
        person_id=known.person_id if known else None,
        person_name=contact.name,
        person_note=f"{contact.home or NO_HOME}。电话等见“农户自主申请”",
        slot=application.slot,
        cause=application.cause,
        cause_note=application.cause_note,
        occurred_on=application.occurred_on,
        summary=application.summary,
        self_paid_fen=application.self_paid_fen,
        channel="APPLICATION",
        details={"application": pk, "asked": len(questions_put(offered)), "known": 0},
        idempotency_key=f"application:{pk}",
        at=application.at,
    )
    application.clue_id, application.taken_at = clue.pk, at
    application.save(update_fields=["clue_id", "taken_at"])
    Receipt.objects.filter(application_id=pk).update(clue_id=clue.pk)
    return 1


def _known(application: Application, contact: Contact) -> PersonHit | None:
    """This function finds the one registered person whose ID was written, of the same county and a like name."""
    if not contact.resident_id:
        return None
    hits = persons_by_identifier("RESIDENT_ID", [contact.resident_id]).get(contact.resident_id, [])
    fitting = [
        hit for hit in hits
        if hit.household_id is not None and hit.died_on is None
        and hit.slot // COUNTY_SIZE == application.slot // COUNTY_SIZE and names_alike(hit.name, contact.name) in SAME
    ]  # fmt: skip
    return fitting[0] if len(fitting) == 1 else None


def attempts_sweep(*, at: datetime) -> int:
    """This function forgets the counts whose time is over."""
    with acting_as(SYSTEM):
        gone, _ = Attempt.objects.filter(until_at__lt=at).delete()
    return gone
