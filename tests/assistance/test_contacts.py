"""Contacts of households: begun, visited by the pack's rhythm, handed over, late; a new risk leaves a clue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.kills import FIFTY, at_once
from tests.factories.register import household_make
from tests.factories.standards import policy_adopt

from shouwang.assistance.models import Contact, ContactVisit
from shouwang.assistance.selectors.contacts import (
    contacts_gone,
    contacts_late,
    contacts_own,
    cover_by_kind,
    cover_by_organisation,
    households_uncovered,
    visits_of_household,
)
from shouwang.assistance.services import (
    AlreadyStanding,
    Cadre,
    CadreMissing,
    CadreUnknown,
    ContactNotFound,
    DayAhead,
    DayBefore,
    FoundMissing,
    KindUnknown,
    NobodyMet,
    NotForHousehold,
    ReasonNeeded,
    Seen,
    TooManyHouseholds,
    VisitedAlready,
    contact_begin,
    contact_end,
    contact_hand_over,
    visit_log,
)
from shouwang.assistance.views.common import contact_lines
from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, StaleWrite, Viewer, acting_as
from shouwang.people.models import Appointment, User
from shouwang.people.services import SuccessorNeeded, appointment_end
from shouwang.rulebook.contacts import ContactRule
from shouwang.sources.models import Clue

OUTSIDE = Cadre(name="韩冬", duty="科员", organisation_name="县供销社")


@pytest.mark.parametrize(
    ("every", "since", "last", "due"),
    [
        ("month", date(2024, 1, 20), None, date(2024, 2, 4)),
        ("month", date(2024, 1, 20), date(2024, 1, 31), date(2024, 2, 29)),
        ("month", date(2024, 1, 20), date(2024, 2, 1), date(2024, 3, 31)),
        ("month", date(2024, 1, 20), date(2024, 1, 19), date(2024, 2, 4)),  # before her time
        ("month", date(2024, 1, 20), date(2024, 12, 1), date(2025, 1, 31)),
        ("quarter", date(2024, 1, 1), date(2024, 3, 31), date(2024, 6, 30)),
        ("quarter", date(2024, 1, 1), date(2024, 4, 1), date(2024, 9, 30)),
        ("half_year", date(2024, 1, 1), date(2024, 6, 30), date(2024, 12, 31)),
        ("year", date(2024, 1, 1), date(2024, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_next_visit_is_due_by_the_end_of_the_next_calendar_period(
    every: str, since: date, last: date | None, due: date
) -> None:
    rule = ContactRule(whom=("POOR",), every=every, first_days=15)  # type: ignore[arg-type]
    assert rule.due(since=since, last=last) == due


def begin(viewer: Viewer, home: int, cadre: Cadre, *, kind: str = "one_to_one", on: date | None = None) -> Contact:
    with acting_as(viewer):
        return contact_begin(
            viewer=viewer, household_id=home, kind=kind, cadre=cadre, from_date=on or timezone.localdate(),
            at=timezone.now(),
        )  # fmt: skip


def log(viewer: Viewer, contact: Contact, seen: Seen) -> ContactVisit:
    with acting_as(viewer):
        version = Contact.objects.get(pk=contact.pk).version
        return visit_log(viewer=viewer, contact_id=contact.pk, version=version, seen=seen, at=timezone.now())


def test_a_household_gets_a_contact_who_visits_hands_over_and_ends(cast: Cast) -> None:
    policy_adopt(cast.places.county)
    officer, township, today = cast.officer, cast.township, timezone.localdate()
    ago = today - timedelta(days=40)
    home = household_make(cast.slot, watch_type="MARGINAL").pk
    plain = household_make(cast.slot, poverty_status="NEVER").pk
    with pytest.raises(KindUnknown):
        begin(township, home, OUTSIDE, kind="nobody")
    with pytest.raises(NotForHousehold):
        begin(township, plain, OUTSIDE)
    with pytest.raises(CadreMissing):
        begin(township, home, Cadre(name="韩冬"))
    with pytest.raises(DayAhead):
        begin(township, home, OUTSIDE, on=today + timedelta(days=1))
    for wrong in (cast.sibling_officer.appointment_id, cast.medical.appointment_id):
        with pytest.raises(CadreUnknown):
            begin(township, home, Cadre(appointment_id=wrong))
    for stranger in (cast.neighbour, cast.sibling_township, cast.medical, cast.auditor):
        with pytest.raises(ContactNotFound):
            begin(stranger, home, OUTSIDE)
    with acting_as(township):
        assert households_uncovered(township, today, lo=cast.slot, hi=cast.slot, kind="one_to_one") == [home]
    first = begin(township, home, Cadre(appointment_id=officer.appointment_id), on=ago)
    assert (first.name, first.organisation_name, first.due_on) == (
        "吴同科", "大寨村防贫工作站", ago + timedelta(days=15)
    )  # fmt: skip
    with pytest.raises(AlreadyStanding):
        begin(township, home, OUTSIDE)
    with acting_as(officer):
        assert list(contacts_own(officer)) == list(contacts_late(officer, today)) == [first]
    with acting_as(township):
        (cover,) = cover_by_kind(township, today, lo=cast.slot, hi=cast.slot)
        (office,) = cover_by_organisation(township, today, lo=cast.slot, hi=cast.slot)
    assert (cover.households, cover.covered, cover.percent) == (1, 1, 100)
    assert (office.name, office.cadres, office.households, office.late) == ("大寨村防贫工作站", 1, 1, 1)

    with pytest.raises(FoundMissing):
        log(officer, first, Seen(today, "HOME", True))
    with pytest.raises(NobodyMet):
        log(officer, first, Seen(today, "HOME", False, cause="ILLNESS"))
    with pytest.raises(DayBefore):
        log(officer, first, Seen(ago - timedelta(days=1), "HOME", True, "一切如常"))
    missed = log(officer, first, Seen(today - timedelta(days=1), "HOME", False))
    with acting_as(SYSTEM):
        first.refresh_from_db()
    assert (missed.clue_id, first.met_on, first.due_on) == (None, None, ago + timedelta(days=15))
    seen = log(officer, first, Seen(today, "HOME", True, "老人住院，自己花了不少", cause="ILLNESS"))
    with pytest.raises(VisitedAlready):
        log(officer, first, Seen(today, "HOME", True, "再记一次"))
    with acting_as(SYSTEM):
        clue = Clue.objects.get(pk=seen.clue_id)
        first.refresh_from_db()
    assert (clue.channel, clue.cause, clue.household_id) == ("SWEEP", "ILLNESS", home)
    assert first.met_on == today
    assert first.due_on > today
    with acting_as(officer):
        assert not contacts_late(officer, today).exists()

    with pytest.raises(StaleWrite), acting_as(township):
        contact_end(viewer=township, contact_id=first.pk, version=1, until_date=today, reason="调离", at=timezone.now())
    with acting_as(township):
        with pytest.raises(ReasonNeeded):
            contact_hand_over(viewer=township, contact_id=first.pk, version=first.version, cadre=OUTSIDE,
                              from_date=today, reason=" ", at=timezone.now())  # fmt: skip
        second = contact_hand_over(viewer=township, contact_id=first.pk, version=first.version, cadre=OUTSIDE,
                                   from_date=today, reason="轮岗", at=timezone.now())  # fmt: skip
        first.refresh_from_db()
    assert (first.until_date, second.before_id, second.from_date) == (today, first.pk, today)
    assert second.due_on == min(first.due_on, today + timedelta(days=15))
    with acting_as(township):
        ended = contact_end(viewer=township, contact_id=second.pk, version=1, until_date=today, reason="风险消除",
                            at=timezone.now())  # fmt: skip
    assert not ended.is_standing
    with acting_as(SYSTEM):
        actions = Entry.objects.filter(subject_type__in=["assistance.Contact", "assistance.ContactVisit"])
        assert sorted(actions.values_list("action", flat=True)) == [
            "contact.begin", "contact.begin", "contact.end", "contact.end", "contact.visit", "contact.visit",
        ]  # fmt: skip
    for viewer in (cast.neighbour, cast.sibling_officer, cast.medical):
        with acting_as(viewer):
            assert not Contact.objects.exists()
            assert not ContactVisit.objects.exists()


def test_a_late_contact_handed_over_is_late_at_once_and_nobody_gets_more_than_the_pack_lets(cast: Cast) -> None:
    policy_adopt(cast.places.county)
    township, today = cast.township, timezone.localdate()
    homes = [household_make(cast.slot, watch_type="SUDDEN").pk for _ in range(11)]
    made = [begin(township, home, OUTSIDE, on=today - timedelta(days=60)) for home in homes[:10]]
    with pytest.raises(TooManyHouseholds):
        begin(township, homes[10], OUTSIDE)
    with acting_as(township):
        next_one = contact_hand_over(
            viewer=township, contact_id=made[0].pk, version=1, cadre=Cadre(appointment_id=township.appointment_id),
            from_date=today, reason="轮岗", at=timezone.now(),
        )  # fmt: skip
    assert next_one.due_on == today
    begin(township, homes[10], OUTSIDE)


def test_whose_post_ends_hands_her_households_over_and_no_visit_is_put_off(cast: Cast) -> None:
    """Hers go to the successor, as many as the pack lets her have; the rest say that their contact has left."""
    policy_adopt(cast.places.county)
    officer, township, today, now = cast.officer, cast.township, timezone.localdate(), timezone.now()
    old, ago = officer.appointment_id or 0, today - timedelta(days=40)
    held = Appointment.objects.get(pk=old)
    homes = [household_make(cast.slot, watch_type="SUDDEN").pk for _ in range(11)]
    made = [begin(township, home, Cadre(appointment_id=old), on=ago) for home in homes[:2]]
    visit = log(officer, made[0], Seen(ago, "HOME", True, "家里都好"))
    successor = Appointment.objects.create(
        user=User.objects.create(username="next", name="新预警员"), organisation=held.organisation, role=held.role,
        valid_from=today,
    )  # fmt: skip
    successor.areas.set(held.areas.all())
    for home in homes[2:]:
        begin(township, home, Cadre(appointment_id=successor.pk), on=ago)
    with acting_as(cast.administrator):
        with pytest.raises(SuccessorNeeded, match="联系的户"):
            appointment_end(viewer=cast.administrator, appointment_id=old, at=now, reason="调离")
        moved = appointment_end(
            viewer=cast.administrator, appointment_id=old, at=now, reason="调离", successor_id=successor.pk
        )
    assert moved["联系的户"] == 1
    with acting_as(township):
        (left,) = contacts_gone(township, today)
        (line,) = contact_lines(township, [left], today)
        found = Contact.objects.get(appointment_id=successor.pk, household_id=made[1].household_id)
        before = Contact.objects.get(pk=made[1].pk)
    assert (left.pk, line.is_gone) == (made[0].pk, True)
    assert (found.before_id, found.due_on, before.until_date) == (before.pk, today, today)
    assert before.ended_reason == "原联系人离任"
    # Her log stays with the household, under her name. In another village she reads it no more: it was never hers.
    mine = Appointment.objects.create(
        user_id=officer.user_id, organisation_id=cast.sibling_officer.organisation_id, role="OFFICER", valid_from=today
    )
    mine.areas.set([cast.places.sibling_village])
    moved_on = replace(
        officer, appointment_id=mine.pk, organisation_id=mine.organisation_id,
        ranges=((cast.places.sibling_village.lo, cast.places.sibling_village.hi),),
    )  # fmt: skip
    with acting_as(township):
        assert visits_of_household(township, visit.household_id).get().actor == "大寨村防贫工作站 吴同科"
    with acting_as(moved_on):
        assert not visits_of_household(moved_on, visit.household_id).exists()
        assert not ContactVisit.objects.exists()
        assert not contacts_own(moved_on).exists()


def test_who_does_anothers_desk_visits_her_households_too(cast: Cast) -> None:
    policy_adopt(cast.places.county)
    leader, today = cast.leader, timezone.localdate()
    contact = begin(
        cast.township, household_make(cast.slot, watch_type="MARGINAL").pk, Cadre(appointment_id=leader.appointment_id)
    )
    held = Appointment.objects.get(pk=leader.appointment_id)
    deputy = Appointment.objects.create(
        user=User.objects.create(username="deputy", name="代办人"), organisation=held.organisation, role=held.role,
        valid_from=today, valid_to=today + timedelta(days=3), deputy_for=held,
    )  # fmt: skip
    stands_in = replace(
        leader, appointment_id=deputy.pk, user_id=deputy.user_id, name="代办人", deputises_user_id=leader.user_id
    )
    stranger = replace(leader, appointment_id=cast.neighbour.appointment_id)
    with acting_as(stands_in):
        assert list(contacts_own(stands_in)) == [contact]
    with pytest.raises(ContactNotFound):
        log(stranger, contact, Seen(today, "HOME", True, "家里都好"))
    assert log(stands_in, contact, Seen(today, "HOME", True, "家里都好")).actor.endswith("代办人")
    with pytest.raises(CadreUnknown):  # she does a desk, she looks after nobody of her own
        begin(cast.township, household_make(cast.slot, watch_type="MARGINAL").pk, Cadre(appointment_id=deputy.pk))


@pytest.mark.django_db(transaction=True)
def test_two_clerks_who_name_one_cadre_at_once_give_her_no_more_than_the_pack_lets(real_cast: Cast) -> None:
    assert _race(real_cast, many=2) == {"": 1, "TooManyHouseholds": 1}


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_fifty_who_name_one_cadre_at_once_give_her_no_more_than_the_pack_lets(real_cast: Cast) -> None:
    assert _race(real_cast, many=FIFTY) == {"": 1, "TooManyHouseholds": FIFTY - 1}


def _race(cast: Cast, *, many: int) -> dict[str, int]:
    """One place is left with the cadre; townships that do not see each other's households want it at once."""
    policy_adopt(cast.places.county)
    cadre, clerks = Cadre(appointment_id=cast.leader.appointment_id), (cast.township, cast.sibling_township)
    villages = (cast.slot, cast.places.sibling_town_village.lo)
    for seat in range(9):
        begin(clerks[seat % 2], household_make(villages[seat % 2], watch_type="SUDDEN").pk, cadre)
    homes = [household_make(villages[seat % 2], watch_type="SUDDEN").pk for seat in range(many)]
    told = at_once(lambda seat: begin(clerks[seat % 2], homes[seat], cadre), many=many)
    with acting_as(SYSTEM):
        assert Contact.objects.filter(appointment_id=cast.leader.appointment_id, until_date=None).count() == 10
    return told


def test_a_visit_is_written_down_on_a_page_without_scripts(cast: Cast, client: Client) -> None:
    policy_adopt(cast.places.county)
    home = household_make(cast.slot, watch_type="MARGINAL").pk
    sign_in(client, cast.officer)
    page = client.get(reverse("assistance:household_contacts", args=[home]))
    assert "还没有联系人" in page.content.decode()
    assert "吴同科（大寨村防贫工作站，还没有联系户）" in page.content.decode()
    nobody = client.post(reverse("assistance:household_contacts", args=[home]), {"kind": "one_to_one", "cadre": ""})
    assert nobody.status_code == 422
    assert set(nobody.context["page"].form.errors) == {"name", "organisation_name", "from_date"}
    client.post(
        reverse("assistance:household_contacts", args=[home]),
        {"kind": "one_to_one", "cadre": f"p{cast.officer.appointment_id}", "from_date": timezone.localdate()},
    )
    with acting_as(SYSTEM):
        contact = Contact.objects.get(household_id=home)
    hand_over = client.post(
        reverse("assistance:contact_hand_over", args=[contact.pk]), {"version": 1, "from_date": timezone.localdate()}
    )
    assert set(hand_over.context["page"].form.errors) == {"name", "organisation_name", "reason"}
    address = reverse("assistance:contact_visit", args=[contact.pk])
    empty = client.post(address, {"version": 1, "on": timezone.localdate(), "way": "HOME", "is_met": "yes"})
    assert empty.status_code == 422
    assert "看到了什么" in empty.content.decode()
    said = {"version": 1, "on": timezone.localdate(), "way": "HOME", "is_met": "yes", "found": "家里都好"}
    assert client.post(address, said).status_code == 302
    text = client.get(reverse("assistance:household_contacts", args=[home])).content.decode()
    assert "家里都好" in text
    address = reverse("assistance:contact_hand_over", args=[contact.pk])
    assert "吴同科（大寨村防贫工作站，已联系 1 户）" in client.get(address).content.decode()
    assert "上次见到" in client.get(reverse("assistance:contacts")).content.decode()
    office = {"organisation": "大寨村防贫工作站"}
    for query in (
        {"show": "late"}, {"show": "own"}, {"show": "gone"}, {"show": "missing", "kind": "one_to_one"}, office,
        office | {"show": "organisation_late", "area": f"{cast.slot:012d}"},
    ):  # fmt: skip
        assert client.get(reverse("assistance:contact_list"), query).status_code == 200
