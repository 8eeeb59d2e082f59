from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item("officer", 90, _("Not sent"), "notices:dead", "alert", permission="notices.settle_calls"),
]
