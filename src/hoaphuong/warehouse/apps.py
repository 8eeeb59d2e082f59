from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "hoaphuong.warehouse"
    label = "warehouse"
