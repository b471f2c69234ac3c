"""The WSGI entry that granian serves; it refuses a database role that could step over row-level security."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shouwang.config.settings")

from django.core.wsgi import get_wsgi_application

from shouwang.kit.errors import Refusal

application = get_wsgi_application()


def _role_check() -> None:
    from django.db import connections

    from shouwang.config.preparation import web_role_verify

    try:
        web_role_verify()
    except Refusal as refusal:
        sys.exit(str(refusal))
    finally:
        connections.close_all()


_role_check()
