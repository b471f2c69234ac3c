"""Root urls: every room under its own prefix."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from shouwang.config.api import department, phone

PREFIXES = {
    "desks": "",
    "people": "people/",
    "standards": "standards/",
    "register": "register/",
    "sources": "sources/",
    "rounds": "rounds/",
    "screening": "screening/",
    "casework": "cases/",
    "assistance": "assistance/",
    "insurance": "insurance/",
    "funds": "money/",
    "evaluation": "evaluation/",
    "public": "public/",
    "oversight": "screen/",
    "audit": "audit/",
    "office": "office/",
    "ui": "ui/",
}

urlpatterns: list[URLPattern | URLResolver] = [path("accounts/", include("shouwang.people.account_urls"))]
urlpatterns += [
    path(prefix, include(f"shouwang.{room}.urls"))
    for room, prefix in PREFIXES.items()
    if find_spec(f"shouwang.{room}") and find_spec(f"shouwang.{room}.urls")
]

urlpatterns += [path("api/phone/", phone.urls), path("api/department/", department.urls)]

# Forbidden looks like absent, the status too.
handler403 = "shouwang.ui.views.errors.forbidden"
