"""``password``: a new password for an account, typed twice, never on the command line."""

import argparse
import getpass

from hoaphuong.command.django_ready import ready
from hoaphuong.command.refusal import Refusal


def run(asked: argparse.Namespace) -> int:
    ready()
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from hoaphuong.identity import actions, queries

    account = queries.account_id(asked.username)
    if account is None:
        raise Refusal(
            f"there is no account {asked.username!r}. / Không có tài khoản {asked.username!r}."
        )
    try:
        first = getpass.getpass("New password / Mật khẩu mới: ")
        again = getpass.getpass("Again / Nhập lại: ")
    except EOFError:
        raise Refusal("no password was typed. / Chưa nhập mật khẩu.") from None
    if again != first:
        raise Refusal("the two do not match. / Hai lần nhập khác nhau.")
    try:
        validate_password(first)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    actions.set_password(account=account, password=first)
    print("The new password is set. / Đã đặt mật khẩu mới.")
    return 0
