"""Routes of casework."""

from django.urls import path

from shouwang.casework.views import (
    case,
    close,
    councils,
    dispatch,
    judge,
    listing,
    meeting,
    notice,
    notices,
    papers,
    pause,
    recuse,
    task,
    tasks,
)

app_name = "casework"
urlpatterns = [
    path("", listing.cases, name="list"),
    path("meeting/", meeting.meeting, name="meeting"),
    path("councils/", councils.councils, name="councils"),
    path("councils/call/", councils.call, name="council_call"),
    path("councils/<int:council_id>/", councils.council, name="council"),
    path("councils/<int:council_id>/amend/", councils.amend, name="council_amend"),
    path("councils/<int:council_id>/return/", councils.give_back, name="council_return"),
    path("councils/<int:council_id>/minutes/<str:form>/", councils.minutes, name="council_minutes"),
    path("councils/items/<int:item_id>/", councils.item, name="council_item"),
    path("notices/", notices.notices, name="notices"),
    path("notices/print/", notices.sheets, name="notices_print"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/<int:task_id>/", task.task, name="task"),
    path("tasks/<int:task_id>/withdraw/", task.withdraw, name="task_withdraw"),
    path("<int:case_id>/", case.case, name="case"),
    path("<int:case_id>/dispatch/", dispatch.dispatch, name="dispatch"),
    path("<int:case_id>/judge/", judge.judge, name="judge"),
    path("<int:case_id>/notice/", notice.notice, name="notice"),
    path("<int:case_id>/papers/", papers.papers, name="papers"),
    path("papers/<int:attachment_id>/", papers.paper, name="paper"),
    path("papers/<int:attachment_id>/thumb/", papers.thumb, name="paper_thumb"),
    path("papers/<int:attachment_id>/withdraw/", papers.withdraw, name="paper_withdraw"),
    path("<int:case_id>/pause/", pause.pause, name="pause"),
    path("<int:case_id>/resume/", pause.resume, name="resume"),
    path("<int:case_id>/recuse/", recuse.recuse, name="recuse"),
    path("tasks/<int:task_id>/recuse/", recuse.recuse_task, name="task_recuse"),
    path("<int:case_id>/close/", close.close, name="close"),
]
