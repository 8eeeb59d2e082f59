from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "hoaphuong.web"
    label = "web"
