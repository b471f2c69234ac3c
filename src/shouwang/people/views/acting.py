"""Under which of her appointments a user acts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from shouwang.people.contexts import SwitchPage
from shouwang.people.middleware import ACTING_KEY
from shouwang.people.selectors import appointments_in_force
from shouwang.people.services.deputies import WORKING
from shouwang.people.views.common import appointment_rows, signed_in, viewer_of


@require_http_methods(["GET", "POST"])
@signed_in
def switch(request: HttpRequest) -> HttpResponse:
    """This function shows a user's appointments and switches to the one she chooses."""
    viewer = viewer_of(request)
    assert viewer.user_id is not None
    on = timezone.localdate()
    held = list(appointments_in_force(user_id=viewer.user_id, on=on))
    back = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if request.method == "POST":
        chosen = next((one for one in held if str(one.pk) == request.POST.get("appointment")), None)
        if chosen is None:
            raise Http404
        request.session[ACTING_KEY] = chosen.pk
        messages.success(request, f"现在以“{chosen}”办理业务。")
        return redirect(back)
    page = SwitchPage(
        rows=appointment_rows(held, on=on, viewer=viewer),
        acting_id=viewer.appointment_id,
        back=back,
        may_deputise=viewer.role in WORKING and viewer.deputises_user_id is None,
        may_hand_over=viewer.role in WORKING and viewer.reads_register,
    )
    return render(request, "people/switch.html", {"page": page})
