"""Pages of the log, under `audit/`."""

from django.urls import path

from shouwang.audit.views import log

app_name = "audit"
urlpatterns = [
    path("", log.listing, name="index"),
    path("subjects/<str:subject_type>/<int:subject_id>/", log.subject, name="subject"),
]
