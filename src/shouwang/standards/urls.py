"""Routes of standards."""

from django.urls import path

from shouwang.standards.views import calendar, listing, proposal, revocation, version

app_name = "standards"
urlpatterns = [
    path("", listing.standards, name="list"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("propose/", listing.propose, name="propose"),
    path("<int:adoption_id>/", proposal.proposal, name="proposal"),
    path("<int:adoption_id>/revoke/", revocation.ask, name="revoke"),
    path("revocations/<int:revocation_id>/settle/", revocation.settle, name="revocation_settle"),
    path("<int:adoption_id>/decline/", proposal.decline, name="decline"),
    path("<int:adoption_id>/adopt/", listing.adopt, name="adopt"),
    path("versions/<int:version_id>/", version.version, name="version"),
]
