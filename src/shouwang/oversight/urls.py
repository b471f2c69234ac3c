"""Routes of oversight."""

from django.urls import path

from shouwang.oversight.views import backtest, burden, lab, moved, overrides, revoked, screen, solvency, trial, whatif

app_name = "oversight"
urlpatterns = [
    path("", screen.screen, name="screen"),
    path("revoked/<int:revocation_id>/", revoked.revoked, name="revoked"),
    path("burden/", burden.burden, name="burden"),
    path("boundaries/", screen.boundaries, name="boundaries"),
    path("overrides/", overrides.overrides, name="overrides"),
    path("overrides/export/", overrides.export, name="overrides_export"),
    path("lab/", lab.lab, name="lab"),
    path("lab/whatif/", whatif.whatif, name="whatif"),
    path("lab/whatif/households/", moved.moved, name="whatif_households"),
    path("lab/backtest/", backtest.backtest, name="backtest"),
    path("lab/backtests/<str:key>/", backtest.result, name="backtest_result"),
    path("lab/solvency/", solvency.pools, name="solvency_pools"),
    path("lab/solvency/<int:pool_id>/", solvency.solvency, name="solvency"),
    path("lab/trials/<int:trial_id>/", trial.trial, name="trial"),
    path("lab/trials/<int:trial_id>/variants/<int:number>/propose/", trial.propose, name="trial_propose"),
]
