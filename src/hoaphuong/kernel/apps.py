from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "hoaphuong.kernel"
    label = "kernel"
