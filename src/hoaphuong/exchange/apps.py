from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "hoaphuong.exchange"
    label = "exchange"
