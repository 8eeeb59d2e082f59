"""What each column may be shown to: declared on the model, read by exports and house tests."""

from dataclasses import dataclass
from typing import Any

from django.db import models


@dataclass(frozen=True)
class FieldClasses:
    """Names of columns by class, space-separated.

    ``public`` may be published, ``internal`` is for staff, ``personal`` tells of a person
    (Law 91/2025/QH15, Article 2), ``sensitive`` could harm a person.
    """

    public: str = ""
    internal: str = ""
    personal: str = ""
    sensitive: str = ""

    def __contains__(self, name: str) -> bool:
        return any(name in names.split() for names in vars(self).values())

    def of(self, name: str) -> str:
        """The class of one column; a column nobody declared is sensitive."""
        for label, names in vars(self).items():
            if name in names.split():
                return label
        return "sensitive"


def undeclared(model: type[models.Model]) -> list[str]:
    """Columns of a model that declare no class; keys to other rows are internal by nature."""
    classes: Any = getattr(model, "field_classes", FieldClasses())
    return [
        field.name
        for field in model._meta.fields
        if not field.primary_key and not field.is_relation and field.name not in classes
    ]
