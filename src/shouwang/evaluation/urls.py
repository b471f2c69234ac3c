"""Routes of evaluation."""

from django.urls import path

from shouwang.evaluation.views import removal, visit

app_name = "evaluation"
urlpatterns = [
    path("cases/<int:case_id>/", visit.visit, name="visit"),
    path("removals/<int:household_id>/", removal.removal, name="removal"),
]
