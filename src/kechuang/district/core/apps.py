import importlib

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "kechuang.district.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        importlib.import_module("kechuang.district.core.search")  # it follows what is declared
        autodiscover_modules("workflow", "registers", "imports", "reactions")
