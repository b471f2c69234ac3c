"""Routes of rounds."""

from django.urls import path

from shouwang.rounds.views import finding, listing, opening, overview, village

app_name = "rounds"
urlpatterns = [
    path("", listing.rounds, name="list"),
    path("open/", opening.open_round, name="open"),
    path("<int:round_id>/", overview.overview, name="round"),
    path("<int:round_id>/close/", overview.close, name="close"),
    path("<int:round_id>/<int:slot>/", village.village, name="village"),
    path("<int:round_id>/household/<int:household_id>/", finding.finding, name="finding"),
]
