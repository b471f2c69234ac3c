"""Pages of the register, under `register/`."""

from django.urls import path

from shouwang.register.views import (
    conflicts,
    doubles,
    facts,
    findings,
    households,
    imports,
    objections,
    persons,
    registration,
    search,
)

app_name = "register"
FACT = "households/<int:household_id>/facts/<slug:subject>/<int:row_id>/<slug:field>/"
urlpatterns = [
    path("", search.search, name="search"),
    path("villages/", search.villages, name="villages"),
    path("households/new/", registration.new, name="new"),
    path("households/<int:household_id>/", facts.facts, name="facts"),
    path(FACT, facts.fact, name="fact"),
    path(f"{FACT}objection/", objections.objection, name="objection"),
    path(f"{FACT}correct/", objections.correct, name="correct"),
    path("households/<int:household_id>/split/", households.split, name="split"),
    path("households/<int:household_id>/head/", households.head, name="head"),
    path("households/<int:household_id>/merge/", households.merge, name="merge"),
    path("households/<int:household_id>/move/", households.move, name="move"),
    path("persons/<int:person_id>/death/", persons.die, name="die"),
    path("persons/<int:person_id>/move/", persons.move, name="person_move"),
    path("persons/<int:person_id>/number/", persons.identifier, name="identifier"),
    path("persons/<int:person_id>/show/", persons.show, name="show"),
    path("persons/<int:person_id>/double/", doubles.merge, name="person_merge"),
    path("merges/<int:merge_id>/undo/", doubles.unmerge, name="unmerge"),
    path("objections/", objections.objections, name="objections"),
    path("objections/<int:objection_id>/correct/", objections.objected, name="objection_correct"),
    path("objections/<int:objection_id>/reject/", objections.reject, name="reject"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:import_id>/", imports.page, name="import"),
    path("imports/<int:import_id>/refused/", imports.refused, name="import_refused"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
    path("conflicts/<int:conflict_id>/", conflicts.conflict, name="conflict"),
    path("findings/", findings.findings, name="findings"),
    path("findings/<int:finding_id>/", findings.finding, name="finding"),
]
