"""Routes of the gallery: every component on pages of its own, for tests only."""

from django.urls import include, path
from tests.ui.gallery import views

urlpatterns = [
    path("", views.desk, name="gallery"),
    path("form/", views.form, name="gallery-form"),
    path("household/", views.household, name="gallery-household"),
    path("screen/", views.screen, name="gallery-screen"),
    path("boundaries.json", views.boundaries, name="gallery-boundaries"),
    path("villages/", views.villages, name="gallery-villages"),
    path("states/", views.states, name="gallery-states"),
    path("confirm/", views.confirm, name="gallery-confirm"),
    path("refusal/", views.refusal, name="gallery-refusal"),
    path("stale/", views.stale, name="gallery-stale"),
    path("login/", views.login, name="gallery-login"),
    path("plain/<str:name>/", views.plain, name="gallery-plain"),
    path("ui/", include("shouwang.ui.urls")),
]
