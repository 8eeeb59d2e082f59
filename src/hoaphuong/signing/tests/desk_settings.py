"""The house's settings with the tests' own app of papers, for real processes."""

from hoaphuong.web.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "hoaphuong.signing.tests.desk"]  # noqa: F405
