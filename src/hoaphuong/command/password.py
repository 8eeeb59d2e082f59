"""``password``: a new password, typed twice, never on the command line; or no second factor."""

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
    if asked.remove_second_factor:
        if not actions.remove_second_factor(account=account, by="command"):
            raise Refusal(
                f"{asked.username!r} has no second factor. / {asked.username!r} chưa có xác thực"
                " hai bước."
            )
        print(
            "The second factor is removed; it is set up anew at the next signing."
            " / Đã gỡ xác thực hai bước; cán bộ thiết lập lại khi ký lần tới."
        )
        return 0
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
