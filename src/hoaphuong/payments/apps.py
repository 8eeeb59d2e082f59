from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "hoaphuong.payments"
    label = "payments"
