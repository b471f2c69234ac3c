"""Pages of the office, under `office/`."""

from django.urls import path

from shouwang.office.views import files, progress

app_name = "office"
urlpatterns = [
    path("files/<int:file_id>/", files.download, name="file"),
    path("progress/", progress.listing, name="progress_list"),
    path("progress/<int:progress_id>/", progress.page, name="progress"),
]
