"""Who there is, who may do what with whose rows, and what stands in an address: said once more.

A right given by mistake in an app is seen because it is not given here. A new route that these
tables cannot place fails the tests and says which entry it needs.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of person: the role held, for the agency ``place`` says."""

    role: str = ""
    place: str = ""


PEOPLE = {
    "nobody": Kind(),
    "owner": Kind("citizen"),
    "another citizen": Kind("citizen"),
    "parent": Kind("citizen"),
    "director": Kind("citizen"),
    "clerk": Kind("clerk", "here"),
    "case officer": Kind("case_officer", "here"),
    "case officer without the case": Kind("case_officer", "here"),
    "head": Kind("head", "here"),
    "clerk elsewhere": Kind("clerk", "elsewhere"),
    "case officer elsewhere": Kind("case_officer", "elsewhere"),
    "head elsewhere": Kind("head", "elsewhere"),
    "head above": Kind("head", "above"),
    "accountant": Kind("accountant", "here"),
    "accountant above": Kind("accountant", "above"),
    "former clerk": Kind("", "here"),
    "leader": Kind("leader", "city"),
    "steward": Kind("steward", "city"),
    "administrator": Kind("administrator", "city"),
}
# Dossiers by whom they belong to, and the agency that handles each.
ROWS = {
    "owner": "here",
    "parent": "here",
    "director": "here",
    "another citizen": "elsewhere",
}
COVERS = {
    "here": {"here"},
    "elsewhere": {"elsewhere"},
    "above": {"here", "elsewhere"},
    "city": {"here", "elsewhere"},
}
# Who was named to sign each row's documents, and ordered the batch that signs them.
SIGNERS = {
    "owner": "head",
    "parent": "head",
    "director": "head",
    "another citizen": "head elsewhere",
}

# (roles, what the rows are checked by) of each right: a change of permissions.py is made here too.
RIGHTS = {
    "documents.view": ({"clerk", "case_officer", "head", "leader"}, "agency"),
    "documents.draft": ({"clerk", "case_officer", "head"}, "agency"),
    "documents.review": ({"head", "leader"}, "agency"),
    "documents.issue": ({"clerk"}, "agency"),
    "documents.direct": ({"head", "leader"}, "agency"),
    "documents.steer": ({"leader"}, "city"),
    "dossiers.apply": ({"citizen"}, "owner"),
    "dossiers.view": ({"clerk", "case_officer", "head"}, "agency"),
    "dossiers.receive": ({"clerk", "head"}, "agency"),
    "dossiers.process": ({"case_officer", "head"}, "agency"),
    "dossiers.manage_procedures": ({"steward", "administrator"}, "city"),
    "exchange.view": ({"clerk", "head"}, "agency"),
    "identity.manage_staff": ({"administrator"}, "city"),
    "notices.settle_calls": ({"administrator"}, "city"),
    "payments.own": ({"citizen"}, "owner"),
    "payments.view": ({"clerk", "case_officer", "accountant", "head"}, "agency"),
    "payments.collect": ({"clerk"}, "agency"),
    "payments.reconcile": ({"accountant"}, "agency"),
    "payments.approve_refund": ({"head"}, "agency"),
    "signing.sign": ({"head", "leader"}, "owner"),
    "signing.seal": ({"clerk"}, "agency"),
    "signing.follow_batches": ({"head", "leader", "clerk"}, "owner"),
    "signing.keep_archive": ({"administrator"}, "city"),
    "warehouse.view_scoreboard": ({"leader", "steward", "administrator", "head"}, "city"),
    "work.open_inbox": ({"clerk", "case_officer", "head"}, "agency"),
    "work.assign": ({"head"}, "agency"),
}

# What stands at the variable places of an address: an attribute of a planted row after a dot,
# else a fixed value. The longest beginning that fits a route counts.
PLACES: dict[str, dict[str, str]] = {
    "nop-ho-so/": {"key": ".draft"},
    "nop/": {"token": ".order_token", "way": "vietqr"},
    "cua-toi/phi/": {"key": ".order"},
    "co-quan/thu-phi/phieu/": {"key": ".order"},
    "co-quan/thu-phi/hoan/": {"key": ".refund"},
    "co-quan/thu-phi/doi-soat/": {"key": ".day"},
    "co-quan/thu-phi/chenh-lech/": {"key": ".difference"},
    "co-quan/thu-phi/sao-ke/": {"key": ".line"},
    "ho-so-cua-toi/": {"key": ".dossier", "file_key": ".file"},
    "co-quan/ho-so/": {"key": ".dossier", "file_key": ".file"},
    "co-quan/viec/": {"key": ".item"},
    "co-quan/trao-doi/": {"key": ".message", "file_key": ".file"},
    "co-quan/van-ban/": {"key": ".document", "file_key": ".document_file", "how": "thay-the"},
    "co-quan/ban-sao/": {"key": ".copy"},
    "co-quan/van-ban-den/": {"key": ".incoming", "file_key": ".incoming_file"},
    "co-quan/nhiem-vu/": {"key": ".assignment"},
    "thong-bao/": {"key": ".notice"},
    "co-quan/khong-gui-duoc/": {"call": ".call"},
    "kt/": {"token": ".check"},
    "so-phat-hanh/": {"day": "2025-07-01"},
    "co-quan/ky/": {"key": ".batch"},
    "api/signing/": {"key": ".prepared"},
    "co-quan/con-dau/": {"agency": ".agency", "code": "payments.receipt"},
    "tra-cuu/": {"token": ".token"},
    "api/dossiers/": {"key": ".dossier"},
    "api/tracking/": {"number": ".number"},
    "api/procedures/": {"code": "1.001193"},
    "thu-tuc/": {"code": "1.001193"},
    "co-quan/thu-tuc-loi/": {"key": "reject"},
    "du-lieu/": {"table": "out_dossiers__received"},
    "ngon-ngu/": {"code": "en"},
    "nhan-vat/": {"username": "phuong"},
    "tai-khoan/": {"key": "a-b", "uidb36": "1"},
    "tai-khoan/hai-buoc/": {"pk": "1"},
}
# Each step of a page needs a right of its own, and a row that waits for it: by route.
VERBS: dict[str, dict[str, tuple[str, int | str]]] = {
    "dossiers:step": {
        "receive": ("dossiers.receive", 1),
        "decline": ("dossiers.receive", 1),
        "ask": ("dossiers.process", 4),
        "process": ("dossiers.process", 2),
        "stop": ("dossiers.process", 4),
        "grant": ("dossiers.process", 4),
        "refuse": ("dossiers.process", 4),
        "hand-over": ("dossiers.receive", 9),
    },
    "payments:statement_line": {
        "doi-chieu": ("payments.reconcile", "unmatched"),
        "de-rieng": ("payments.reconcile", "unmatched"),
    },
    "documents:step": {
        "gui-duyet": ("documents.draft", "draft"),
        "duyet": ("documents.review", "review"),
        "tra-lai": ("documents.review", "review"),
        "bo": ("documents.draft", "draft"),
        "thu-hoi": ("documents.direct", "issued"),
    },
    "documents:incoming_step": {
        "vao-so": ("documents.issue", "arrived"),
        "tu-choi": ("documents.issue", "arrived"),
        "luu": ("documents.direct", "registered"),
        "giao-viec": ("documents.direct", "registered"),
        "tra-van-ban": ("documents.issue", "registered"),
        "giu-van-ban": ("documents.issue", "registered"),
    },
    "documents:assignment_step": {
        "bao-cao": ("documents.draft", "open"),
        "chap-nhan": ("documents.direct", "reported"),
        "giao-lai": ("documents.direct", "reported"),
        "thoi": ("documents.direct", "open"),
    },
}
# Steps that everyone tries; of the others one of each sort of person is enough.
TRIED_BY_ALL = {"receive", "grant", "gui-duyet", "duyet", "vao-so", "bao-cao", "chap-nhan"}
# API steps: the right, where the route's own is not all, and the status to start from.
API_STEPS = {
    "api:receive": ("dossiers.receive", 1),
    "api:process": ("dossiers.process", 2),
    "api:ask_supplement": ("dossiers.process", 4),
    "api:decide": ("dossiers.process", 4),
    "api:hand_over": ("dossiers.receive", 9),
    "api:prepare_for_token": ("signing.follow_batches", None),
    "api:finish_with_cms": ("signing.follow_batches", None),
}
STATUS = {
    "dossiers:supply": 5, "dossiers:fee": 4, "dossiers:withdraw": 1,
    "documents:follow": "issued", "documents:send": "issued", "documents:copy": "issued",
}  # fmt: skip
# A route for the applicant and for the agency alike; the row says which of the two it is.
EITHER = {"api:read": ("dossiers.apply", "dossiers.view")}
# Pages whose rows are not those of the reader's agencies: whose each reader finds there. Who looks
# is written down all the same.
SHOWS = {
    "documents:to_sign": {
        signer: {whose for whose, named in SIGNERS.items() if named == signer}
        for signer in SIGNERS.values()
    },
    "documents:steering": {"leader": set(ROWS)},
    "payments:statements": {"accountant above": set(ROWS)},
}
# Rows of the city's own account, whomever they name: for who holds the right over the whole city.
OF_THE_CITY = {"payments:statement_line"}
# What a desk shows only of documents that wait for it.
DESKS = {"documents:to_sign": "to_sign", "documents:to_issue": "signed"}
# Empty forms: they show nobody's rows.
EMPTY_FORMS = {"documents:begin", "documents:scan", "payments:cash"}
# Open only to a session that has passed the second factor.
SECOND_FACTOR = {
    "documents:to_sign", "documents:to_issue", "documents:copy", "documents:copy_incoming",
    "signing:batch_try_again", "signing:standing_give",
    "api:prepare_for_token", "api:finish_with_cms", "payments:settle_refund",
}  # fmt: skip
# There only in the demonstration.
DEMONSTRATION = {"web:personas", "web:become"}
# Pages of the sign-in library: which of them are for anyone.
SIGN_IN = {
    "account_login", "account_logout", "account_inactive", "account_signup",
    "account_reset_password",
    "account_reset_password_from_key_done",
    "account_reset_password_from_key", "account_reset_password_done",
    "mfa_authenticate",
}  # fmt: skip
OWN_ACCOUNT = {
    "account_change_password", "account_set_password", "account_reauthenticate",
    "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_list_webauthn",
    "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes",
    "mfa_download_recovery_codes", "mfa_generate_recovery_codes",
}  # fmt: skip
# The schema, and ninja's own page, which answers nothing.
NINJA = {"api:openapi-json", "api:api-root"}
