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
COVERS = {"here": {"here"}, "elsewhere": {"elsewhere"}, "above": {"here", "elsewhere"}}

# (roles, what the rows are checked by) of each right: a change of permissions.py is made here too.
RIGHTS = {
    "dossiers.apply": ({"citizen"}, "owner"),
    "dossiers.view": ({"clerk", "case_officer", "head"}, "agency"),
    "dossiers.receive": ({"clerk", "head"}, "agency"),
    "dossiers.process": ({"case_officer", "head"}, "agency"),
    "dossiers.manage_procedures": ({"steward", "administrator"}, "city"),
    "exchange.view": ({"clerk", "head"}, "agency"),
    "identity.manage_staff": ({"administrator"}, "city"),
    "signing.sign": ({"head", "leader"}, "owner"),
    "signing.seal": ({"clerk"}, "agency"),
    "signing.follow_batches": ({"head", "leader", "clerk"}, "owner"),
    "signing.manage_certificates": ({"administrator"}, "city"),
    "warehouse.view_scoreboard": ({"leader", "steward", "administrator", "head"}, "city"),
    "work.open_inbox": ({"clerk", "case_officer", "head"}, "agency"),
    "work.assign": ({"head"}, "agency"),
}

# What stands at the variable places of an address: an attribute of a planted row after a dot,
# else a fixed value. The longest beginning that fits a route counts.
PLACES: dict[str, dict[str, str]] = {
    "nop-ho-so/": {"key": ".draft"},
    "ho-so-cua-toi/": {"key": ".dossier", "file_key": ".file"},
    "co-quan/ho-so/": {"key": ".dossier", "file_key": ".file"},
    "co-quan/viec/": {"key": ".item"},
    "co-quan/trao-doi/": {"key": ".message", "file_key": ".file"},
    "co-quan/ky/": {"key": ".batch"},
    "api/signing/": {"key": ".batch"},
    "co-quan/con-dau/": {"agency": ".agency"},
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
# Each step of the desk needs a right of its own, and a dossier that waits for it.
STEPS = {
    "receive": ("dossiers.receive", 1),
    "decline": ("dossiers.receive", 1),
    "ask": ("dossiers.process", 4),
    "process": ("dossiers.process", 2),
    "payment": ("dossiers.process", 4),
    "stop": ("dossiers.process", 4),
    "grant": ("dossiers.process", 4),
    "refuse": ("dossiers.process", 4),
    "hand-over": ("dossiers.receive", 9),
}
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
STATUS = {"dossiers:supply": 5, "dossiers:withdraw": 1}
# A route for the applicant and for the agency alike; the row says which of the two it is.
EITHER = {"api:read": ("dossiers.apply", "dossiers.view")}
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
