from django.urls import path

from shouwang.ui.views import offline

app_name = "ui"
urlpatterns = [
    path("offline/", offline.offline, name="offline"),
    path("worker.js", offline.worker, name="worker"),
    path("alive/", offline.alive, name="alive"),
]
