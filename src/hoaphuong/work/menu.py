from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item("officer", 10, _("Inbox"), "work:inbox", "inbox", permission="work.open_inbox"),
]
