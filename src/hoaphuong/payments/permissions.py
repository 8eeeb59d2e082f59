"""Rights over fees: who keeps the till does not compare the books; who does approves no refund.

So money has three people: the clerk takes cash, the accountant compares and asks for refunds, the
head approves them.
"""

from django.utils.translation import gettext_lazy as _

from hoaphuong.kernel.access import Permission

PERMISSIONS = [
    Permission(
        code="payments.own",
        roles=frozenset({"citizen"}),
        scope="owner",
        label=_("See one's own fees and receipts"),
    ),
    Permission(
        code="payments.view",
        roles=frozenset({"clerk", "case_officer", "accountant", "head"}),
        scope="agency",
        label=_("Read the agency's fees, payments and books"),
    ),
    Permission(
        code="payments.collect",
        roles=frozenset({"clerk"}),
        scope="agency",
        label=_("Take cash at the counter and bring it to the bank"),
    ),
    Permission(
        code="payments.reconcile",
        roles=frozenset({"accountant"}),
        scope="agency",
        label=_("Compare days with the providers, settle differences, ask for refunds"),
    ),
    Permission(
        code="payments.approve_refund",
        roles=frozenset({"head"}),
        scope="agency",
        label=_("Approve or refuse refunds that others asked for"),
    ),
]
