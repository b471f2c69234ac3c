"""Routes of evaluation."""

from django.urls import path

from shouwang.evaluation.views import visit

app_name = "evaluation"
urlpatterns = [path("cases/<int:case_id>/", visit.visit, name="visit")]
