from __future__ import annotations

import logging

from django.apps import AppConfig
from django.db import DatabaseError

logger = logging.getLogger(__name__)


class CaseworkConfig(AppConfig):
    name = "shouwang.casework"
    label = "casework"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "个案办理"

    def ready(self) -> None:
        from shouwang.casework.navigation import navigation_register
        from shouwang.sources.services import report_listen

        report_listen(_report_taken)
        from shouwang.casework.services.succession import succession_register

        navigation_register()
        succession_register()


def _report_taken(clue_id: int) -> None:
    """This function opens the case of a report at once; what goes wrong here the collector does a minute later."""
    from shouwang.casework.services import clue_take

    try:
        clue_take(clue_id=clue_id)
    except DatabaseError:
        logger.exception("clue %s left to the collector", clue_id)
