from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    name = "shouwang.assistance"
    label = "assistance"
    verbose_name = "救助帮扶"

    def ready(self) -> None:
        from shouwang.assistance.navigation import navigation_register
        from shouwang.assistance.selectors import measure_snapshot_query
        from shouwang.assistance.services import contacts_left, contacts_move
        from shouwang.people.services import WorkHolder, work_holder_register
        from shouwang.screening.services import snapshot_table_add

        snapshot_table_add("measure", measure_snapshot_query)
        work_holder_register(key="contacts", holder=WorkHolder("联系的户", contacts_left, contacts_move))
        navigation_register()
