"""Routes of insurance."""

from django.urls import path

from shouwang.insurance.care.views import bill as care_bill
from shouwang.insurance.care.views import client as care_client
from shouwang.insurance.care.views import desk as care_desk
from shouwang.insurance.care.views import people as care_people
from shouwang.insurance.care.views import person_forms as care_forms
from shouwang.insurance.views import assessing, claim, listing, opening, pools, printing, settling, steps

app_name = "insurance"
urlpatterns = [
    path("claims/", listing.claims, name="claims"),
    path("claims/<int:claim_id>/", claim.claim, name="claim"),
    path("claims/<int:claim_id>/replay/", claim.replay, name="replay"),
    path("claims/<int:claim_id>/statement/", printing.statement, name="statement"),
    path("pools/<int:pool_id>/claims/", printing.export, name="export"),
    path("claims/<int:claim_id>/papers/", claim.papers, name="papers"),
    path("claims/<int:claim_id>/assess/", assessing.assess, name="assess"),
    path("claims/<int:claim_id>/<slug:step>/", steps.step, name="step"),
    path("papers/<int:paper_id>/", claim.paper, name="paper"),
    path("cases/<int:case_id>/", opening.open_case, name="open_case"),
    path("tasks/<int:task_id>/", opening.open_task, name="open_task"),
    path("pools/", pools.pools, name="pools"),
    path("pools/open/", pools.open_pool, name="open_pool"),
    path("pools/<int:pool_id>/", pools.pool, name="pool"),
    path("pools/<int:pool_id>/carry/", pools.carry, name="carry"),
    path("pools/<int:pool_id>/settle/", settling.settle, name="settle"),
    path("pools/<int:pool_id>/settle/list/", settling.blank, name="settle_list"),
    path("pools/<int:pool_id>/settle/<int:work_id>/", settling.work, name="settle_work"),
    path("care/", care_desk.desk, name="care"),
    path("care/people/", care_people.people, name="care_people"),
    path("care/people/<int:insured_id>/", care_people.person, name="care_person"),
    path("care/people/<int:insured_id>/again/", care_forms.again, name="care_again"),
    path("care/people/<int:insured_id>/plan/", care_forms.plan, name="care_plan"),
    path("care/people/<int:insured_id>/end/", care_forms.end, name="care_end"),
    path("care/apply/", care_forms.apply, name="care_apply"),
    path("care/applications/<int:application_id>/assess/", care_forms.assess, name="care_assess"),
    path("care/applications/<int:application_id>/withdraw/", care_forms.withdraw, name="care_withdraw"),
    path("care/plans/<int:plan_id>/", care_client.client, name="care_client"),
    path("care/plans/<int:plan_id>/end/", care_forms.plan_end, name="care_plan_end"),
    path("care/months/<str:month>/", care_client.file, name="care_file"),
    path("care/bills/", care_desk.bills, name="care_bills"),
    path("care/bills/<int:bill_id>/", care_bill.bill, name="care_bill"),
    path("care/bills/<int:bill_id>/days/", care_bill.strike, name="care_strike"),
    path("care/bills/<int:bill_id>/replay/", care_bill.replay, name="care_replay"),
    path("care/bills/<int:bill_id>/statement.<str:form>", care_bill.printed, name="care_print"),
    path("care/bills/<int:bill_id>/<slug:step>/", care_bill.step, name="care_step"),
]
