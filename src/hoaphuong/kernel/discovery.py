"""Finds what each app brings by the name of the file it is in."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import apps

PACKAGE = "hoaphuong."


def modules(name: str) -> Iterator[ModuleType]:
    """The module ``name`` of every installed app of the house that has one, lowest app first."""
    for config in apps.get_app_configs():
        if config.name.startswith(PACKAGE) and find_spec(f"{config.name}.{name}"):
            yield import_module(f"{config.name}.{name}")
