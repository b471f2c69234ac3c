from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "shouwang.evaluation"
    label = "evaluation"
    verbose_name = "回访评估"

    def ready(self) -> None:
        from shouwang.casework.selectors import standing_add
        from shouwang.evaluation.selectors import measures_standing
        from shouwang.ui.services import nav_item

        standing_add("measures", measures_standing)
        nav_item(
            key="evaluation", label="回访和走访", url_name="evaluation:due", icon="calendar-due", order=55,
            kinds={"VILLAGE", "TOWNSHIP", "COUNTY_CENTRE", "LEADING_GROUP", "AUDIT"},
        )  # fmt: skip
