"""The officers and their households in the database, and what stands there after the flush."""

from __future__ import annotations

import importlib
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SINCE = date(2015, 1, 1)
BATCH = 5_000


def officers_make(villages: list[Any], *, officers: int, forms: int) -> list[dict[str, Any]]:
    """This function makes officers, turn by turn in the villages, each signed in and with a household a form."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from shouwang.people.models import Appointment, Organisation, User

    backend = "allauth.account.auth_backends.AuthenticationBackend"
    offices = {
        village.pk: Organisation.objects.get_or_create(
            kind="VILLAGE", department="", area=village, name=f"{village.name}防贫工作站"
        )[0]
        for village in villages
    }
    first = User.objects.count()
    users = [User(username=f"flush{first + i}", name=f"预警员{i}", password="!") for i in range(officers)]
    User.objects.bulk_create(users, batch_size=BATCH)
    places = [villages[i % len(villages)] for i in range(officers)]
    held = [
        Appointment(user=user, organisation=offices[place.pk], role="OFFICER", valid_from=date(2020, 1, 1))
        for user, place in zip(users, places, strict=True)
    ]
    Appointment.objects.bulk_create(held, batch_size=BATCH)
    through = Appointment.areas.through
    rows = [through(appointment_id=each.pk, area_id=place.pk) for each, place in zip(held, places, strict=True)]
    through.objects.bulk_create(rows, batch_size=BATCH)
    store = SessionStore()
    sessions = []
    for number, user in enumerate(users):
        said = {
            SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: backend, HASH_SESSION_KEY: user.get_session_auth_hash(),
        }  # fmt: skip
        expire = timezone.now() + timedelta(hours=12)
        key = f"flush{first:010d}x{number:012d}"
        sessions.append(Session(session_key=key, session_data=store.encode(said), expire_date=expire))
    Session.objects.bulk_create(sessions, batch_size=BATCH)
    ids = _households([place.lo for place in places for _ in range(forms)])
    return [
        {"number": first + i, "session": sessions[i].session_key, "households": ids[i * forms : (i + 1) * forms]}
        for i in range(officers)
    ]


def _households(slots: list[int]) -> list[int]:
    from django.utils import timezone

    from shouwang.people.access import SYSTEM, acting_as

    household = importlib.import_module("shouwang.register.models").Household
    now = timezone.now()
    ids: list[int] = []
    for start in range(0, len(slots), BATCH):
        with acting_as(SYSTEM):
            made = household.objects.bulk_create(
                household(
                    slot=slot, number=f"F{start + i:09d}-{now:%H%M%S%f}"[:20], registered_on=SINCE, created_at=now,
                    changed_at=now, changed_by="测量",
                )
                for i, slot in enumerate(slots[start : start + BATCH])
            )  # fmt: skip
        ids += [each.pk for each in made]
    return ids


def make(path: str, officers: str, forms: str) -> dict[str, Any]:
    """Officers with sessions and households, written down for the phones."""
    from shouwang.people.models import Area

    villages = list(Area.objects.filter(level=5, is_current=True).order_by("lo"))
    made = officers_make(villages, officers=int(officers), forms=int(forms))
    Path(path).write_text(json.dumps(made), encoding="utf-8")
    return {"officers": len(made), "villages": len(villages)}


def count() -> dict[str, Any]:
    """What stands in the database: clues, different keys, entries in the log, kept answers, photos."""
    from django.db import connection

    from shouwang.people.access import SYSTEM, acting_as

    found = {}
    with acting_as(SYSTEM), connection.cursor() as cursor:
        for name, query in (
            ("clues", "select count(*) from sources_clue"),
            ("keys", "select count(distinct idempotency_key) from sources_clue"),
            ("entries", "select count(distinct subject_id) from audit_entry where action = 'clue.report'"),
            ("entries_all", "select count(*) from audit_entry where action = 'clue.report'"),
            ("answers", "select count(*) from office_sending where answer is not null"),
            ("photos", "select count(*) from sources_cluephoto"),
            ("papers", "select count(*) from office_paper"),
            ("unanswered", "select count(*) from office_sending where answer is null"),
        ):
            cursor.execute(query)
            found[name] = int(cursor.fetchone()[0])
    return found


if __name__ == "__main__":
    import django

    django.setup()
    done = {"make": make, "count": count}[sys.argv[1]](*sys.argv[2:])
    sys.stdout.write(json.dumps(done) + "\n")
