from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "hoaphuong.documents"
    label = "documents"
