"""How each app's ``demo.py`` tells how far it is."""

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""(what, done, of): called now and then while invented records are written."""
