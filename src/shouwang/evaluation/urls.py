"""Routes of evaluation."""

from django.urls import path

from shouwang.evaluation.views import due, effects, removal, transition, visit

app_name = "evaluation"
urlpatterns = [
    path("", due.due, name="due"),
    path("effects/", effects.effects, name="effects"),
    path("cases/<int:case_id>/", visit.visit, name="visit"),
    path("removals/<int:household_id>/", removal.removal, name="removal"),
    path("transitions/<int:household_id>/", transition.transition, name="transition"),
]
