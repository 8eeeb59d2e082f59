"""A JSON Schema as a form: its questions, what was answered, what is wrong with it; pure."""

from hoaphuong.forms.rules.answers import changed_rows, parse
from hoaphuong.forms.rules.faults import errors
from hoaphuong.forms.rules.questions import SchemaNotSupported, fields, initial
from hoaphuong.forms.rules.showing import render

__all__ = [
    "SchemaNotSupported",
    "changed_rows",
    "errors",
    "fields",
    "initial",
    "parse",
    "render",
]
