from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "hoaphuong.forms"
    label = "forms"
