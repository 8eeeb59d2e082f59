from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item("citizen", 10, _("Services"), "dossiers:procedures", "search"),
    Item("citizen", 20, _("My dossiers"), "dossiers:mine", "folder", permission="dossiers.apply"),
    Item("citizen", 30, _("Track a dossier"), "dossiers:track", "clock"),
    Item(
        "officer",
        40,
        _("Rejected procedures"),
        "dossiers:rejects",
        "list",
        permission="dossiers.manage_procedures",
    ),
]
