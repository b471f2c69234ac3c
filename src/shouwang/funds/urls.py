"""Pages of money, under `money/`."""

from django.urls import path

from shouwang.funds.views import asking, batches, closing, desk, export, findings, flow, owed, payment

app_name = "funds"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("budget/", desk.budget, name="budget"),
    path("accounts/<int:account_id>/", desk.account, name="account"),
    path("accounts/<int:account_id>/allocate/", desk.allocate, name="allocate"),
    path("accounts/<int:account_id>/shift/", desk.shift, name="shift"),
    path("close/", closing.close, name="close"),
    path("flow/", flow.flow, name="flow"),
    path("export/", export.export, name="export"),
    path("ask/<int:case_id>/", asking.ask, name="ask"),
    path("owed/", owed.owed, name="owed"),
    path("owed/<int:commitment_id>/", owed.payee, name="payee"),
    path("batches/", batches.batches, name="batches"),
    path("batches/<int:batch_id>/", batches.batch, name="batch"),
    path("batches/<int:batch_id>/act/", batches.act, name="batch_act"),
    path("batches/<int:batch_id>/print/", batches.print_list, name="batch_print"),
    path("batches/<int:batch_id>/file/csv/", batches.hand, {"form": "csv"}, name="batch_csv"),
    path("batches/<int:batch_id>/file/xlsx/", batches.hand, {"form": "xlsx"}, name="batch_xlsx"),
    path("batches/<int:batch_id>/answer/", batches.answer, name="batch_answer"),
    path("payments/", payment.unknown, name="unknown"),
    path("payments/<int:payment_id>/", payment.payment, name="payment"),
    path("payments/<int:payment_id>/act/", payment.act, name="payment_act"),
    path("findings/", findings.page, name="findings"),
]
