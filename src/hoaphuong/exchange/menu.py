from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item("officer", 60, _("Document exchange"), "exchange:log", "send", permission="exchange.view"),
]
