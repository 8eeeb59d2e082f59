from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "hoaphuong.signing"
    label = "signing"
