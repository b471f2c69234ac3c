"""Routes of desks."""

from django.urls import path

from shouwang.desks.views import board, desk, household, late, letter, statement

app_name = "desks"
urlpatterns = [
    path("", desk.desk, name="desk"),
    path("late/board/", board.board, name="board"),
    path("late/", late.late, name="late"),
    path("statement/", statement.statement, name="statement"),
    path("statement/print/", statement.statement_print, name="statement_print"),
    path("cases/<int:case_id>/letter/", letter.letter, name="letter"),
    path("households/<int:household_id>/", household.household_page, name="household"),
]
