"""Routes of assistance."""

from django.urls import path

from shouwang.assistance.views import aids, deliver, plan

app_name = "assistance"
urlpatterns = [
    path("cases/<int:case_id>/", plan.plan, name="plan"),
    path("cases/<int:case_id>/complete/", plan.complete, name="complete"),
    path("measures/<int:measure_id>/deliver/", deliver.deliver, name="deliver"),
    path("measures/<int:measure_id>/cancel/", deliver.cancel, name="cancel"),
    path("aids/", aids.aids, name="aids"),
    path("tasks/<int:task_id>/", deliver.task, name="task"),
]
