from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item("citizen", 25, _("My fees"), "payments:mine", "money", permission="payments.own"),
    Item("officer", 62, _("Fees"), "payments:orders", "money", permission="payments.view"),
]
