"""Routes of screening."""

from django.urls import path

from shouwang.screening.views import runs, warning

app_name = "screening"
urlpatterns = [
    path("", runs.runs, name="list"),
    path("start/", runs.start, name="start"),
    path("<int:run_id>/", runs.run, name="run"),
    path("warnings/<int:warning_id>/", warning.warning, name="warning"),
]
