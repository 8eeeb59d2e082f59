from pathlib import Path

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "hoaphuong.signing.tests.desk"
    label = "signing_desk"

    def ready(self):
        """Keys of the tests lie in the data folder, one file a reference."""
        from django.conf import settings

        from hoaphuong.signing import keyring
        from hoaphuong.signing.providers.demo import DemoKeys

        class Nobody:
            def certify(self, key, **asked):
                raise AssertionError("no key is made here")

        keyring.provider = lambda name: DemoKeys(Path(settings.HOME) / "desk-keys", Nobody())
