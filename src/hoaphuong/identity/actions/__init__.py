"""The only writer of people, organisations, agencies, accounts and grants."""

from hoaphuong.identity.actions.people import (
    InvalidPersonalNumber,
    InvalidTaxCode,
    appoint_representative,
    count_failed_sign_in,
    create_account,
    grant_role,
    load_agencies,
    record_citizen_of,
    record_organisation,
    record_person,
    set_password,
    unlock,
)
from hoaphuong.identity.actions.staff import LastAdministrator, TooManyEnd, import_staff

__all__ = [
    "InvalidPersonalNumber",
    "InvalidTaxCode",
    "LastAdministrator",
    "TooManyEnd",
    "appoint_representative",
    "count_failed_sign_in",
    "create_account",
    "grant_role",
    "import_staff",
    "load_agencies",
    "record_citizen_of",
    "record_organisation",
    "record_person",
    "set_password",
    "unlock",
]
