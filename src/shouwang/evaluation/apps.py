from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "shouwang.evaluation"
    label = "evaluation"
    verbose_name = "回访评估"
