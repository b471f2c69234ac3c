"""Routes of screening."""

from django.urls import path

from shouwang.screening.views import held, runs, warning

app_name = "screening"
urlpatterns = [
    path("", runs.runs, name="list"),
    path("start/", runs.start, name="start"),
    path("<int:run_id>/", runs.run, name="run"),
    path("held/", held.held, name="held"),
    path("warnings/<int:warning_id>/", warning.warning, name="warning"),
    path("warnings/<int:warning_id>/settle/", held.settle, name="settle"),
]
