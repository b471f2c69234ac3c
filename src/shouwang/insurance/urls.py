"""Routes of insurance."""

from django.urls import path

from shouwang.insurance.views import assessing, claim, listing, opening, pools, printing, steps

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
]
