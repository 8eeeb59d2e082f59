from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item("citizen", 40, _("Check a document"), "signing:check", "shield"),
    Item("officer", 60, _("My signature"), "signing:mine", "pen", permission="signing.sign"),
    Item("officer", 62, _("Agency seals"), "signing:seals", "shield", permission="signing.seal"),
    Item(
        "officer", 64, _("Archive time stamps"), "signing:archive", "clock",
        permission="signing.keep_archive",
    ),
]  # fmt: skip
