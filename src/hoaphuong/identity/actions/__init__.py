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
from hoaphuong.identity.actions.second_factor import (
    UsedCode,
    WrongCode,
    accept_code,
    give_demo_second_factor,
    note_second_factor_removed,
    note_second_factor_set,
    remove_second_factor,
)
from hoaphuong.identity.actions.staff import LastAdministrator, TooManyEnd, import_staff

__all__ = [
    "InvalidPersonalNumber",
    "InvalidTaxCode",
    "LastAdministrator",
    "TooManyEnd",
    "UsedCode",
    "WrongCode",
    "accept_code",
    "appoint_representative",
    "count_failed_sign_in",
    "create_account",
    "give_demo_second_factor",
    "grant_role",
    "import_staff",
    "load_agencies",
    "note_second_factor_removed",
    "note_second_factor_set",
    "record_citizen_of",
    "record_organisation",
    "record_person",
    "remove_second_factor",
    "set_password",
    "unlock",
]
