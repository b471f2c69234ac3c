"""Pages of people, under `people/`."""

from django.urls import path

from shouwang.people.views import (
    acting,
    appointments,
    areas,
    deputies,
    devices,
    factors,
    invitations,
    organisations,
    users,
)

app_name = "people"
urlpatterns = [
    path("", organisations.listing, name="index"),
    path("organisations/add/", organisations.add, name="organisation_add"),
    path("organisations/county/", organisations.county, name="county_set_up"),
    path("organisations/<int:organisation_id>/", organisations.page, name="organisation"),
    path("organisations/<int:organisation_id>/close/", organisations.close, name="organisation_close"),
    path("organisations/<int:organisation_id>/appoint/", appointments.begin, name="appointment_begin"),
    path("appointments/<int:appointment_id>/end/", appointments.end, name="appointment_end"),
    path("appointments/<int:appointment_id>/deputy/", deputies.of_appointment, name="deputy_of"),
    path("deputy/", deputies.mine, name="deputy"),
    path("deputies/<int:appointment_id>/end/", deputies.end, name="deputy_end"),
    path("users/<int:user_id>/", users.page, name="user"),
    path("users/<int:user_id>/link/", users.link, name="user_link"),
    path("users/<int:user_id>/disable/", users.disable, name="user_disable"),
    path("users/<int:user_id>/enable/", users.enable, name="user_enable"),
    path("users/<int:user_id>/factor/", factors.ask, name="factor_ask"),
    path("devices/", devices.mine, name="devices"),
    path("devices/mine/<int:device_id>/lock/", devices.lock_mine, name="device_lock_mine"),
    path("devices/<int:device_id>/lock/", devices.lock, name="device_lock"),
    path("factors/", factors.listing, name="factors"),
    path("factors/<int:reset_id>/decide/", factors.decide, name="factor_decide"),
    path("areas/search/", areas.search, name="areas_search"),
    path("switch/", acting.switch, name="switch"),
    path("invitation/<str:token>/", invitations.accept, name="invitation"),
]
