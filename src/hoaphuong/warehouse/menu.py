from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item(
        "leader",
        10,
        _("Scoreboard"),
        "warehouse:scoreboard",
        "gauge",
        permission="warehouse.view_scoreboard",
    ),
    Item("data", 10, _("Tables and definitions"), "warehouse:tables", "table"),
]
