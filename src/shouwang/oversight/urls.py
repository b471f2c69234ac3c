"""Routes of oversight."""

from django.urls import path

from shouwang.oversight.views import lab, screen

app_name = "oversight"
urlpatterns = [
    path("", screen.screen, name="screen"),
    path("lab/", lab.lab, name="lab"),
]
