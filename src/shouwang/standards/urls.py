"""Routes of standards."""

from django.urls import path

from shouwang.standards.views import listing, version

app_name = "standards"
urlpatterns = [
    path("", listing.standards, name="list"),
    path("propose/", listing.propose, name="propose"),
    path("<int:adoption_id>/adopt/", listing.adopt, name="adopt"),
    path("versions/<int:version_id>/", version.version, name="version"),
]
