"""Routes of screening."""

from django.urls import path

from shouwang.screening.views import check_hits, check_rules, checks, held, reasons, runs, warning

app_name = "screening"
urlpatterns = [
    path("", runs.runs, name="list"),
    path("start/", runs.start, name="start"),
    path("<int:run_id>/", runs.run, name="run"),
    path("<int:run_id>/storm/", held.settle_storm, name="settle_storm"),
    path("checks/", checks.checks, name="checks"),
    path("checks/start/", checks.start, name="check_start"),
    path("checks/trend/", checks.trend, name="check_trend"),
    path("checks/hits/", check_hits.hits, name="check_hits"),
    path("checks/hits/export/", check_hits.export, name="check_export"),
    path("checks/hits/<int:hit_id>/", check_hits.hit, name="check_hit"),
    path("checks/hits/<int:hit_id>/settle/", check_hits.settle, name="check_settle"),
    path("checks/files/<int:export_id>/", check_hits.file, name="check_file"),
    path("checks/rules/new/", check_rules.write, name="check_rule_new"),
    path("checks/rules/trials/<int:trial_id>/", check_rules.trial, name="check_trial"),
    path("checks/rules/trials/<int:trial_id>/adopt/", check_rules.adopt, name="check_adopt"),
    path("checks/rules/<int:rule_id>/withdraw/", check_rules.withdraw, name="check_withdraw"),
    path("held/", held.held, name="held"),
    path("households/<int:household_id>/", reasons.reasons, name="reasons"),
    path("warnings/<int:warning_id>/", warning.warning, name="warning"),
    path("warnings/<int:warning_id>/settle/", held.settle, name="settle"),
]
