"""Routes of assistance."""

from django.urls import path

from shouwang.assistance.views import aids, confirm, contacts, counts, deliver, desk, entitlements, plan, sevens, visits

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
    path("entitlements/", entitlements.entitlements, name="entitlements"),
    path("entitlements/take/", entitlements.take, name="entitlements_take"),
    path("entitlements/run/", entitlements.run, name="entitlement_run"),
    path("entitlements/<int:entitlement_id>/", entitlements.entitlement, name="entitlement"),
    path("households/<int:household_id>/entitlements/", entitlements.start, name="entitlement_start"),
    path("findings/<int:finding_id>/settle/", entitlements.settle, name="entitlement_settle"),
    path("counts/", counts.counts, name="counts"),
    path("counts/export/", counts.export, name="counts_export"),
    path("aids/", aids.aids, name="aids"),
    path("tasks/<int:task_id>/", deliver.task, name="task"),
    path("contacts/", contacts.contacts, name="contacts"),
    path("contacts/list/", contacts.contact_list, name="contact_list"),
    path("contacts/households/<int:household_id>/", contacts.household, name="household_contacts"),
    path("contacts/<int:contact_id>/hand-over/", contacts.hand_over, name="contact_hand_over"),
    path("contacts/<int:contact_id>/end/", contacts.end, name="contact_end"),
    path("contacts/<int:contact_id>/visit/", visits.visit, name="contact_visit"),
    path("sevens/", sevens.sevens, name="sevens"),
    path("sevens/export/", sevens.export, name="sevens_export"),
    path("sevens/households/<int:household_id>/", sevens.household, name="household_sevens"),
    path("sevens/fillings/<int:filling_id>/end/", sevens.empty, name="filling_end"),
]
