from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "hoaphuong.dossiers"
    label = "dossiers"
