"""Keys of departments to the JSON interface: listed, made, revoked."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.people.selectors import organisation_under, organisations_under
from shouwang.sources.contexts import InterfaceKeyLine, InterfaceKeyMadePage, InterfaceKeysPage
from shouwang.sources.forms import InterfaceKeyForm, RevokeForm
from shouwang.sources.models import InterfaceKey
from shouwang.sources.rules.kinds import feed_kinds, kinds_of_department
from shouwang.sources.selectors import interface_keys_visible_to
from shouwang.sources.selectors.interface_keys import KEY_HOLDERS, people_answering, places_narrower
from shouwang.sources.services import KeyRefused, interface_key_make, interface_key_revoke
from shouwang.ui.pages import confirm_page
from shouwang.ui.tables import key_page

SEERS = (Kind.COUNTY_CENTRE, Kind.DEPARTMENT, Kind.OPERATOR)
ROLES = KEY_HOLDERS | {Role.ADMINISTRATOR, Role.SECURITY}
TOWNSHIP = 4
CLUES = "线索"
ROOT = "department:api-root"


@require_GET
@requires(*SEERS, roles=ROLES)
def listing(request: HttpRequest) -> HttpResponse:
    """This function lists the keys of the area's departments, or the department's own."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    rows = key_page(interface_keys_visible_to(viewer), order=("-pk",), after=request.GET.get("after"))
    now = timezone.now()
    may_make = viewer.kind is Kind.COUNTY_CENTRE
    departments = organisations_under(viewer, kind=Kind.DEPARTMENT).order_by("name") if may_make else []
    page = InterfaceKeysPage(
        lines=[_line(key, now) for key in rows.rows],
        page=rows,
        departments=[(each.pk, each.name) for each in departments],
        is_department=viewer.kind is Kind.DEPARTMENT,
    )
    return render(request, "sources/interface_keys.html", {"page": page})


@never_cache
@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=KEY_HOLDERS)
def make(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """This function makes a key for a department and shows its text this once."""
    viewer, now = request.viewer, timezone.now()  # type: ignore[attr-defined]
    organisation = organisation_under(viewer, organisation_id)
    if organisation is None or organisation.kind != Kind.DEPARTMENT or not organisation.is_active:
        raise Http404
    kinds = [(kind.key, kind.name) for kind in kinds_of_department(organisation.department)]
    people = people_answering(organisation.pk)
    form = InterfaceKeyForm(
        request.POST if request.method == "POST" else None,
        people=people,
        places=places_narrower(viewer, lo=organisation.area.lo, hi=organisation.area.hi, level=TOWNSHIP),
        kinds=kinds,
    )
    if request.method == "POST" and form.is_valid():
        said = {"kinds": [], **form.cleaned_data}
        try:
            key, token = interface_key_make(viewer=viewer, organisation_id=organisation.pk, at=now, **said)
        except KeyRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            shown = InterfaceKeyMadePage(_line(key, now), token, request.build_absolute_uri(reverse(ROOT)))
            return render(request, "sources/interface_key_made.html", {"page": shown})
    context = {"form": form, "organisation": organisation, "nobody": not people}
    return render(request, "sources/interface_key_make.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@requires(*SEERS, roles=ROLES)
def revoke(request: HttpRequest, key_id: int) -> HttpResponse:
    """This function revokes a key, asking once for the reason."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    key = interface_keys_visible_to(viewer).filter(pk=key_id).first()
    if key is None:
        raise Http404
    back = reverse("sources:interface_keys")
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        interface_key_revoke(viewer=viewer, key_id=key.pk, at=timezone.now(), reason=form.cleaned_data["reason"])
        messages.success(request, f"“{key.label}”的密钥已作废。")
        return redirect(back)
    response = confirm_page(
        request,
        title=f"作废“{key.label}”的接口密钥",
        happens=[
            f"{key.organisation.name}用这个密钥的系统马上不能再送数据。",
            "已经送到的数据和线索不受影响。",
            "作废后不能恢复；还要送，就另做一个。",
        ],
        button="作废密钥",
        back=back,
        form=form,
    )
    response.status_code = 422 if form.errors else 200
    return response


def _line(key: InterfaceKey, now: datetime) -> InterfaceKeyLine:
    """This function returns a key as the list shows it."""
    names = [found.name if (found := feed_kinds().get(kind)) else kind for kind in key.kinds]
    is_live = key.revoked_at is None and key.expires_at > now and key.appointment.ended_at is None
    state = "在用"
    if key.revoked_at is not None:
        state = "已作废"
    elif key.expires_at <= now:
        state = "已过期"
    elif key.appointment.ended_at is not None:
        state = "负责人已离任"
    return InterfaceKeyLine(key, "、".join([*names, *([CLUES] if key.may_report else [])]), state, is_live)
