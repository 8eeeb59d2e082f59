from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "hoaphuong.identity"
    label = "identity"
