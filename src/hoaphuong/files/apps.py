from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "hoaphuong.files"
    label = "files"
