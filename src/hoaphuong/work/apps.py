from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "hoaphuong.work"
    label = "work"
