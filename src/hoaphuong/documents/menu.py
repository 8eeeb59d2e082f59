from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.menus import Item

MENU = [
    Item("officer", 20, _("Documents"), "documents:drafts", "file", permission="documents.view"),
    Item("officer", 21, _("To sign"), "documents:to_sign", "pen", permission="signing.sign"),
    Item("officer", 22, _("To issue"), "documents:to_issue", "send", permission="documents.issue"),
    Item(
        "officer", 23, _("Outgoing register"), "documents:register", "list",
        permission="documents.view",
    ),
    Item("officer", 24, _("Incoming"), "documents:arrivals", "inbox", permission="documents.view"),
    Item("officer", 25, _("Tasks given"), "documents:given", "flag", permission="documents.direct"),
    Item("citizen", 41, _("Look up a document"), "documents:check_number", "search"),
    Item("leader", 20, _("Tasks"), "documents:steering", "flag", permission="documents.steer"),
]  # fmt: skip
