from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "kechuang.district.portal"
    label = "portal"
