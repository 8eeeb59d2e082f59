from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "hoaphuong.notices"
    label = "notices"
