"""Routes of public; what names somebody (receipt, PIN, numbers) is posted and stands in no address."""

from django.urls import path

from shouwang.public.views import apply, desk, gifts, hand, notices, status

app_name = "public"
urlpatterns = [
    path("", apply.home, name="home"),
    path("apply/", apply.place, name="apply"),
    path("apply/<str:code>/", apply.apply_form, name="apply_form"),
    path("status/", status.status, name="status"),
    path("status/appeal/", status.appeal, name="appeal"),
    path("status/arrived/", status.arrived, name="arrived"),
    path("status/withdraw/", status.withdraw, name="withdraw"),
    path("notices/", notices.notices_place, name="notices_place"),
    path("notices/<str:code>/", notices.notices, name="notices"),
    path("notices/<str:code>/<int:notice_id>/", notices.objection, name="object"),
    path("gifts/", gifts.gifts, name="gifts"),
    path("desk/", desk.petitions, name="petitions"),
    path("desk/<int:petition_id>/", desk.petition, name="petition"),
    path("desk/clues/<int:clue_id>/", hand.application, name="application"),
    path("desk/clues/<int:clue_id>/pin/", hand.hand_application, name="hand_application"),
    path("desk/cases/<int:case_id>/pin/", hand.hand_case, name="hand_case"),
]
