from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "hoaphuong.identity"
    label = "identity"

    def ready(self) -> None:
        from hoaphuong.identity import second_factor_events  # noqa: F401
