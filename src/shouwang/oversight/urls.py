"""Routes of oversight."""

from django.urls import path

from shouwang.oversight.views import screen

app_name = "oversight"
urlpatterns = [path("", screen.screen, name="screen")]
