"""Routes of sources."""

from django.urls import path

from shouwang.sources.views import (
    calls,
    clues,
    feeds,
    headings,
    keys,
    opinions,
    pairs,
    phone,
    picture,
    report,
    results,
)

app_name = "sources"
urlpatterns = [
    path("report/", report.choose, name="report"),
    path("phone/", phone.shell, name="phone"),
    path("phone/worker.js", phone.worker, name="phone_worker"),
    path("report/mine/", clues.mine, name="reports_mine"),
    path("report/unregistered/", report.unregistered, name="report_unregistered"),
    path("report/<int:household_id>/", report.household, name="report_household"),
    path("report/sent/<int:clue_id>/", report.sent, name="report_sent"),
    path("calls/", calls.calls, name="calls"),
    path("calls/households/", calls.households, name="call_households"),
    path("calls/find/", calls.find, name="call_find"),
    path("opinions/", opinions.opinions, name="opinions"),
    path("opinions/enter/", opinions.enter, name="opinion_enter"),
    path("opinions/<int:opinion_id>/", opinions.opinion, name="opinion"),
    path("clues/", clues.clues, name="clues"),
    path("clues/<int:clue_id>/", clues.clue, name="clue"),
    path("clues/<int:clue_id>/call-back/", clues.call_back, name="clue_call_back"),
    path("clues/pictures/<int:picture_id>/", picture.picture, name="clue_picture"),
    path("clues/<int:clue_id>/attach/", clues.attach, name="clue_attach"),
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/<int:import_id>/", feeds.feed, name="feed"),
    path("feeds/<int:import_id>/headings/", headings.headings, name="feed_headings"),
    path("feeds/<int:import_id>/refused/", feeds.refused, name="feed_refused"),
    path("feeds/<int:import_id>/rows/<slug:result>/", results.rows, name="feed_rows"),
    path("keys/", keys.listing, name="interface_keys"),
    path("keys/make/<int:organisation_id>/", keys.make, name="interface_key_make"),
    path("keys/<int:key_id>/revoke/", keys.revoke, name="interface_key_revoke"),
    path("pairs/", pairs.pairs, name="pairs"),
    path("pairs/decided/", pairs.decided, name="pairs_decided"),
    path("pairs/undo/<slug:batch>/", pairs.undo, name="pairs_undo"),
    path("feeds/<int:import_id>/undo/", feeds.undo, name="feed_undo"),
]
