"""The objects of the access table: one function an object, called once for each place that the table names.

A function gets the cast and the place (an `Area`), makes the object there and returns the arguments of the address.
Call factories inside `acting_as(SYSTEM)` where tables are walled.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.people import appointment_make, organisation_make, user_make
from tests.factories.register import household_make
from tests.factories.sources import (
    INPATIENT,
    call_make,
    deliver,
    key_make,
    picture_make,
    report_make,
    stay,
    xlsx,
)

from shouwang.office.models import Channel, Delivery
from shouwang.office.services import channel_add, file_store, progress_plan
from shouwang.office.services.messages import trial_enqueue
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.people.models import Appointment, Area, Device, FactorReset
from shouwang.sources.models import MatchDecision
from shouwang.sources.services import opinion_enter

Builder = Callable[[Cast, Area], dict[str, Any]]
BUILDERS: dict[str, Builder] = {}
KIND_AT = {2: Kind.CITY_CENTRE, 3: Kind.COUNTY_CENTRE, 4: Kind.TOWNSHIP, 5: Kind.VILLAGE}


def builds(name: str) -> Callable[[Builder], Builder]:
    """Registers the function that makes the object of a name."""

    def register(builder: Builder) -> Builder:
        BUILDERS[name] = builder
        return builder

    return register


def appointment_at(place: Area) -> Appointment:
    """An appointment of somebody new in a new organisation of the place."""
    kind = KIND_AT[place.level]
    organisation = organisation_make(kind, place, name=f"{place.name}试验机构")
    return appointment_make(user_make("试验人员"), organisation, Role.CLERK)


@builds("organisation")
def organisation(cast: Cast, place: Area) -> dict[str, Any]:
    return {"organisation_id": organisation_make(KIND_AT[place.level], place, name=f"{place.name}试验机构").pk}


@builds("member")
def member(cast: Cast, place: Area) -> dict[str, Any]:
    return {"user_id": appointment_at(place).user_id}


@builds("appointment")
def appointment(cast: Cast, place: Area) -> dict[str, Any]:
    return {"appointment_id": appointment_at(place).pk}


def device_of(user_id: int) -> int:
    """A phone of an account."""
    with acting_as(SYSTEM):
        now = timezone.now()
        made = Device.objects.create(
            user_id=user_id, token_digest=secrets.token_hex(32), label="试验手机", added_at=now, seen_at=now
        )
    return made.pk


@builds("device")
def device(cast: Cast, place: Area) -> dict[str, Any]:
    return {"device_id": device_of(appointment_at(place).user_id)}


@builds("deputy")
def deputy(cast: Cast, place: Area) -> dict[str, Any]:
    """Somebody new who does the officer's desk for some days."""
    absent = Appointment.objects.get(pk=cast.officer.appointment_id)
    on = timezone.localdate()
    made = Appointment.objects.create(
        user=user_make(), organisation_id=absent.organisation_id, role=absent.role, valid_from=on,
        valid_to=on + timedelta(days=9), deputy_for=absent,
    )  # fmt: skip
    made.areas.set(absent.areas.all())
    return {"appointment_id": made.pk}


@builds("own_device")
def own_device(cast: Cast, place: Area) -> dict[str, Any]:
    return {"device_id": device_of(cast.officer.user_id or 0)}


@builds("picture_key")
def picture_key(cast: Cast, place: Area) -> dict[str, Any]:
    return {"key": secrets.token_hex(16)}


@builds("clue_picture")
def clue_picture(cast: Cast, place: Area) -> dict[str, Any]:
    reporters = (cast.officer, cast.sibling_officer, cast.neighbour_officer)
    reporter = next(viewer for viewer in reporters if viewer.can_see(place.lo))
    clue = report_make(reporter, household_make(place.lo).pk)
    return {"picture_id": picture_make(reporter, clue).pk}


@builds("factor_reset")
def factor_reset(cast: Cast, place: Area) -> dict[str, Any]:
    held = appointment_at(place)
    with acting_as(SYSTEM):
        asked = FactorReset.objects.create(
            user_id=held.user_id,
            reason="试验",
            asked_by_id=cast.administrator.appointment_id or 0,
            asked_at=timezone.now() - timedelta(days=1),
        )
    return {"reset_id": asked.pk}


@builds("token")
def token(cast: Cast, place: Area) -> dict[str, Any]:
    return {"token": "no-such-token"}


@builds("audit_subject")
def audit_subject(cast: Cast, place: Area) -> dict[str, Any]:
    return {"subject_type": "people.User", "subject_id": cast.township.user_id}


def centre_of(cast: Cast, place: Area) -> Viewer:
    """The clerk of the county centre of a place."""
    return cast.county if cast.places.county.lo <= place.lo <= cast.places.county.hi else cast.neighbour


@builds("stored_file")
def stored_file(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = centre_of(cast, place)
    with acting_as(clerk):
        stored = file_store(viewer=clerk, name="名单.txt", content=b"x", at=timezone.now(), days=1)
    return {"file_id": stored.pk}


def channel_at(cast: Cast, place: Area) -> Channel:
    """A way out for the centre of the place, set up by an administrator of that county."""
    centre = centre_of(cast, place)
    administrator = replace(cast.administrator, ranges=((place.lo, place.hi),))
    with acting_as(administrator):
        return channel_add(
            viewer=administrator, organisation_id=centre.organisation_id or 0, name="试验群",
            url="json://127.0.0.1:9/x", at=timezone.now(),
        )  # fmt: skip


@builds("channel")
def channel(cast: Cast, place: Area) -> dict[str, Any]:
    return {"channel_id": channel_at(cast, place).pk}


@builds("delivery_of_channel")
def delivery_of_channel(cast: Cast, place: Area) -> dict[str, Any]:
    made = channel_at(cast, place)
    with acting_as(SYSTEM):
        trial_enqueue(channel=made, at=timezone.now())
        given_up = Delivery.objects.get(channel=made)
        Delivery.objects.filter(pk=given_up.pk).update(state="GIVEN_UP", next_at=None, ended_at=timezone.now())
    return {"delivery_id": given_up.pk}


@builds("progress")
def progress(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = centre_of(cast, place)
    with acting_as(clerk):
        return {"progress_id": progress_plan(viewer=clerk, label="试验", at=timezone.now()).pk}


@builds("clue")
def clue(cast: Cast, place: Area) -> dict[str, Any]:
    reporters = (cast.officer, cast.sibling_officer, cast.neighbour_officer)
    reporter = next(viewer for viewer in reporters if viewer.can_see(place.lo))
    return {"clue_id": report_make(reporter, None, person_name="试验", person_note="村东", slot=place.lo).pk}


@builds("opinion")
def opinion(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = centre_of(cast, place)
    with acting_as(clerk):
        made = opinion_enter(
            viewer=clerk, channel="LETTER", origin="来信", received_on=timezone.localdate(), subject="试验",
            slot=place.lo, at=timezone.now(),
        )  # fmt: skip
    return {"opinion_id": made.pk}


@builds("called_clue")
def called_clue(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = centre_of(cast, place)
    return {"clue_id": call_make(clerk, None, person_name="试验", person_note="村东", slot=place.lo).clue.pk}


@builds("feed_import")
def feed_import(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = cast.medical if cast.medical.can_see(place.lo) else cast.neighbour_medical
    return {"import_id": deliver(clerk, xlsx([INPATIENT, stay("试验", None)])).pk}


@builds("feed_kind")
def feed_kind(cast: Cast, place: Area) -> dict[str, Any]:
    return {"kind": "inpatient"}


@builds("department")
def department(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = cast.medical if cast.medical.can_see(place.lo) else cast.neighbour_medical
    return {"organisation_id": clerk.organisation_id}


@builds("interface_key")
def interface_key(cast: Cast, place: Area) -> dict[str, Any]:
    clerk = cast.medical if cast.medical.can_see(place.lo) else cast.neighbour_medical
    return {"key_id": key_make(cast, clerk)[0].pk}


@builds("feed_import_rows")
def feed_import_rows(cast: Cast, place: Area) -> dict[str, Any]:
    return {**feed_import(cast, place), "result": "refused"}


@builds("match_batch")
def match_batch(cast: Cast, place: Area) -> dict[str, Any]:
    batch = secrets.token_hex(16)
    with acting_as(SYSTEM):
        MatchDecision.objects.create(
            organisation_id=1, slot=place.lo, subject=secrets.token_bytes(32), person_id=1, verdict="DIFFERENT",
            batch=batch, decided_by="试验", decided_at=timezone.now(),
        )  # fmt: skip
    return {"batch": batch}


@builds("household")
def household(cast: Cast, place: Area) -> dict[str, Any]:
    return {"household_id": household_make(place.lo).pk}
