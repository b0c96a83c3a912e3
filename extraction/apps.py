from django.apps import AppConfig


class ExtractionConfig(AppConfig):
    name = "extraction"
    verbose_name = "Invoicelens"
    default_auto_field = "django.db.models.BigAutoField"
