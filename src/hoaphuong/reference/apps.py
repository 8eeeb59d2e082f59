from django.apps import AppConfig


class ReferenceConfig(AppConfig):
    name = "hoaphuong.reference"
    label = "reference"
