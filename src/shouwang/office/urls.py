"""Pages of the office, under `office/`."""

from django.urls import path

from shouwang.office.views import channels, files, outbox, progress

app_name = "office"
urlpatterns = [
    path("files/<int:file_id>/", files.download, name="file"),
    path("messages/", outbox.outbox, name="outbox"),
    path("channels/", channels.channels, name="channels"),
    path("channels/<int:channel_id>/", channels.log, name="channel"),
    path("channels/<int:channel_id>/try/", channels.attempt, name="channel_try"),
    path("channels/<int:channel_id>/stop/", channels.stop, name="channel_stop"),
    path("deliveries/<int:delivery_id>/retry/", channels.retry, name="delivery_retry"),
    path("progress/", progress.listing, name="progress_list"),
    path("progress/<int:progress_id>/", progress.page, name="progress"),
]
