"""Contacts of the viewer's areas: her own households, coverage, what is late; and a household's contacts."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.assistance.contexts.contacts import (
    ContactListPage,
    ContactsPage,
    ContactStepPage,
    HouseholdContactsPage,
)
from shouwang.assistance.forms.contacts import ORGANISATION, PERSON, ContactForm, EndForm, HandOverForm
from shouwang.assistance.models import Contact
from shouwang.assistance.rules.contacts import CADRES, may_keep
from shouwang.assistance.selectors.contacts import (
    contact_get,
    contact_rules,
    contacts_gone,
    contacts_late,
    contacts_of_household,
    contacts_own,
    contacts_visible_to,
    cover_by_kind,
    cover_by_organisation,
    households_by_cadre,
    households_uncovered,
    visits_of_household,
)
from shouwang.assistance.services import (
    ContactNotFound,
    ContactRefusal,
    contact_begin,
    contact_end,
    contact_hand_over,
)
from shouwang.assistance.views.common import (
    KEEPERS,
    READERS,
    absent_as_404,
    area_asked,
    card_of,
    contact_lines,
    viewer_of,
)
from shouwang.people.access import Kind, StaleWrite, Viewer, requires
from shouwang.people.selectors import appointments_of_organisation, areas_below, organisations_of_kind
from shouwang.register.selectors import HouseholdCard, household_cards, households_grouped
from shouwang.ui.forms import refusal_add, version_posted
from shouwang.ui.tables import key_page

COUNTY_LEVEL = 3
LISTED = 200


@require_GET
@requires(*READERS)
def contacts(request: HttpRequest) -> HttpResponse:
    """This function shows the viewer's own households, and how far contacts reach in an area."""
    viewer, today = viewer_of(request), timezone.localdate()
    area = area_asked(request, viewer)
    is_wide = area is None or area.level < COUNTY_LEVEL
    own = contact_lines(viewer, list(contacts_own(viewer)[:LISTED]), today)
    here = Q(slot__range=(area.lo, area.hi)) if area is not None else Q()
    page = ContactsPage(
        area,
        own,
        [] if is_wide or area is None else cover_by_kind(viewer, today, lo=area.lo, hi=area.hi),
        [] if area is None else cover_by_organisation(viewer, today, lo=area.lo, hi=area.hi),
        contacts_late(viewer, today).filter(here).count(),
        contacts_gone(viewer, today).filter(here).count(),
        is_wide,
        areas_below(area, level=COUNTY_LEVEL) if is_wide and area is not None else [],
    )
    return render(request, "assistance/contacts.html", {"page": page})


@require_GET
@requires(*READERS)
def contact_list(request: HttpRequest) -> HttpResponse:
    """This function lists contacts whose visit is late, those of an organisation, or households without a contact."""
    viewer, today = viewer_of(request), timezone.localdate()
    show, kind = request.GET.get("show", "late"), request.GET.get("kind", "")
    if show == "missing":
        return _missing(request, viewer, kind, today)
    area, organisation = area_asked(request, viewer), request.GET.get("organisation", "")
    title, rows = _listed(viewer, show, organisation, today)
    if area is not None and request.GET.get("area"):
        rows = rows.filter(slot__range=(area.lo, area.hi))
    found = key_page(rows, order=("due_on",), after=request.GET.get("after"))
    page = ContactListPage(
        title, "organisation" if organisation else show, contact_lines(viewer, list(found.rows), today), [], found,
        may_keep=may_keep(viewer),
    )  # fmt: skip
    return render(request, "assistance/contact_list.html", {"page": page})


def _listed(viewer: Viewer, show: str, organisation: str, today: date) -> tuple[str, QuerySet[Contact]]:
    """This function returns the contacts that a list shows, with its title."""
    if show == "own":
        return "我联系的户没按时走访", contacts_own(viewer).filter(due_on__lt=today)
    if show == "gone":
        return "联系人已经离任的户", contacts_gone(viewer, today)
    if not organisation:
        return "联系人没按时走访的户", contacts_late(viewer, today)
    if show == "organisation_late":
        return f"{organisation}没按时走访的户", contacts_late(viewer, today).filter(organisation_name=organisation)
    standing = contacts_visible_to(viewer).filter(until_date__isnull=True)
    return f"{organisation}联系的户", standing.filter(organisation_name=organisation)


def _missing(request: HttpRequest, viewer: Viewer, kind: str, today: date) -> HttpResponse:
    area = area_asked(request, viewer)
    ids = households_uncovered(viewer, today, lo=area.lo, hi=area.hi, kind=kind) if area is not None else []
    cards = list(household_cards(viewer, ids[:LISTED]).values())
    page = ContactListPage("还没有联系人的户", "missing", [], cards, None, max(0, len(ids) - LISTED))
    return render(request, "assistance/contact_list.html", {"page": page})


def cadres_offered(slot: int, on: date) -> list[tuple[str, str]]:
    """This function returns who may look after a household: people who sign in here, each with how many they have, then
    departments.
    """
    held_now = [
        (held, office)
        for kind in CADRES
        for office in organisations_of_kind(slot=slot, kind=kind)
        for held in appointments_of_organisation(office.pk)
        if held.is_in_force(on=on) and held.deputy_for_id is None and held.user.is_active
    ]
    number = households_by_cadre([held.pk for held, _ in held_now])
    people = [
        (
            f"{PERSON}{held.pk}",
            f"{held.user.name or held.user.username}（{office.name}，"
            + (f"已联系 {number[held.pk]} 户）" if held.pk in number else "还没有联系户）"),
        )
        for held, office in held_now
    ]
    offices = [
        (f"{ORGANISATION}{office.pk}", f"{office.name}的人（在下面写姓名）")
        for kind in (Kind.DEPARTMENT, Kind.INSURER)
        for office in organisations_of_kind(slot=slot, kind=kind)
    ]
    return people + offices


@require_http_methods(["GET", "POST"])
@requires(*READERS)
def household(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows who looks after a household and what they found, and takes a new contact."""
    viewer, today = viewer_of(request), timezone.localdate()
    card = card_of(viewer, household_id)
    form = _form(request, viewer, card, today)
    if request.method == "POST":
        if form is None or not may_keep(viewer):
            return redirect("assistance:household_contacts", household_id)
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = contact_begin(
                    viewer=viewer, household_id=household_id, kind=said["kind"], cadre=form.chosen(),
                    from_date=said["from_date"], at=timezone.now(),
                )  # fmt: skip
            except ContactRefusal as refusal:
                refusal_add(form, refusal)
            else:
                messages.success(request, f"{made.name}已是{card.head_name}家的{made.kind_name}联系人。")
                return redirect("assistance:household_contacts", household_id)
    return _household(request, viewer, card, form, today)


def _form(request: HttpRequest, viewer: Viewer, card: HouseholdCard, today: date) -> ContactForm | None:
    if not may_keep(viewer) or card.ended_on is not None:
        return None
    rules = contact_rules(card.slot, today)
    held = {contact.kind for contact in contacts_of_household(viewer, card.id) if contact.is_standing}
    kinds = [
        (key, f"{stated.name}（{stated.value}）")
        for key, stated in rules.items()
        if key not in held and households_grouped(viewer, groups=stated.value.whom, on=today, ids=[card.id])
    ]
    if not kinds and request.method != "POST":
        return None
    return ContactForm(
        request.POST if request.method == "POST" else None, kinds=kinds, cadres=cadres_offered(card.slot, today),
        initial={"from_date": today},
    )  # fmt: skip


def _household(
    request: HttpRequest, viewer: Viewer, card: HouseholdCard, form: ContactForm | None, today: date
) -> HttpResponse:
    found = contacts_of_household(viewer, card.id)
    page = HouseholdContactsPage(
        card,
        contact_lines(viewer, [contact for contact in found if contact.is_standing], today),
        [contact for contact in found if not contact.is_standing],
        list(visits_of_household(viewer, card.id)[:50]),
        [str(label) for _, label in form.fields["kind"].choices] if form else [],  # type: ignore[attr-defined]
        form,
        may_keep(viewer),
    )
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "assistance/household_contacts.html", {"page": page}, status=status)


def _standing(viewer: Viewer, contact_id: int) -> Contact:
    with absent_as_404():
        found = contact_get(viewer, contact_id)
        if found is None or not may_keep(viewer):
            raise ContactNotFound
    return found


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def hand_over(request: HttpRequest, contact_id: int) -> HttpResponse:
    """This function hands a household over to another contact."""
    viewer, today = viewer_of(request), timezone.localdate()
    contact = _standing(viewer, contact_id)
    card = card_of(viewer, contact.household_id)
    form = HandOverForm(
        request.POST if request.method == "POST" else None, cadres=cadres_offered(card.slot, today),
        initial={"from_date": today},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = contact_hand_over(
                viewer=viewer, contact_id=contact_id, version=version_posted(request), cadre=form.chosen(),
                from_date=said["from_date"], reason=said["reason"], at=timezone.now(),
            )  # fmt: skip
        except (ContactRefusal, StaleWrite) as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, f"{card.head_name}家已由{contact.name}交给{made.name}。")
            return redirect("assistance:household_contacts", card.id)
    page = ContactStepPage(contact, card, form, is_hand_over=True)
    return render(request, "assistance/contact_step.html", {"page": page}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def end(request: HttpRequest, contact_id: int) -> HttpResponse:
    """This function ends a contact without another."""
    viewer, today = viewer_of(request), timezone.localdate()
    contact = _standing(viewer, contact_id)
    card = card_of(viewer, contact.household_id)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"until_date": today})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            contact_end(
                viewer=viewer, contact_id=contact_id, version=version_posted(request), until_date=said["until_date"],
                reason=said["reason"], at=timezone.now(),
            )  # fmt: skip
        except (ContactRefusal, StaleWrite) as refusal:
            refusal_add(form, refusal)
        else:
            messages.success(request, f"{contact.name}不再联系{card.head_name}家。")
            return redirect("assistance:household_contacts", card.id)
    page = ContactStepPage(contact, card, form, is_hand_over=False)
    return render(request, "assistance/contact_step.html", {"page": page}, status=422 if form.is_bound else 200)
