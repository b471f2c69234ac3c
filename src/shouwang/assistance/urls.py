"""Routes of assistance."""

from django.urls import path

from shouwang.assistance.views import aids, confirm, deliver, desk, plan

app_name = "assistance"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("cases/<int:case_id>/", plan.plan, name="plan"),
    path("cases/<int:case_id>/complete/", plan.complete, name="complete"),
    path("measures/<int:measure_id>/deliver/", deliver.deliver, name="deliver"),
    path("measures/<int:measure_id>/cancel/", deliver.cancel, name="cancel"),
    path("measures/<int:measure_id>/confirm/", confirm.confirm, name="confirm"),
    path("measures/<int:measure_id>/count/", plan.count, name="count"),
    path("proofs/<int:proof_id>/", confirm.proof, name="proof"),
    path("aids/", aids.aids, name="aids"),
    path("tasks/<int:task_id>/", deliver.task, name="task"),
]
