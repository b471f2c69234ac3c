"""The one-time link: a user sets her password. Anybody may open it; the token is the proof."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from shouwang.people.forms import PasswordForm
from shouwang.people.services import InvitationGone, PasswordRefused, invitation_accept, invitation_user


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """This function sets the password of the link's user; the link is used up."""
    at = timezone.now()
    try:
        user = invitation_user(token=token, at=at)
    except InvitationGone as refusal:
        return render(request, "people/invitation_gone.html", {"error": refusal}, status=409)
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation_accept(token=token, password=form.cleaned_data["password"], at=at)
        except PasswordRefused as refusal:
            form.add_error("password", refusal.message)
        else:
            return render(request, "people/invitation_done.html", {"account": user})
    context = {"form": form, "account": user}
    response = render(request, "people/invitation.html", context, status=422 if form.errors else 200)
    # The address is a secret: it must not leave with a click.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
