"""``certificate``: takes a certificate into use for an officer or an agency, or out of it."""

import argparse
import json
from datetime import UTC, datetime

from hoaphuong.command.django_ready import ready
from hoaphuong.command.refusal import Refusal

BY = "command"
REFUSALS = {
    "one_holder": "name an account or an agency. / Hãy nêu một tài khoản hoặc một cơ quan.",
    "unreadable": "the file is no certificate. / Tệp không phải là chứng thư số.",
    "ended": "the certificate has ended. / Chứng thư số đã hết hạn.",
    "algorithm": "its key is neither RSA of 2048 bits or more nor P-256. / Khóa không phù hợp.",
    "not_for_signing": "it is not for signing. / Chứng thư số không dùng để ký.",
    "known_already": "it is in use already. / Chứng thư số đã được ghi nhận.",
}


def run(asked: argparse.Namespace) -> int:
    return {"record": _record, "withdraw": _withdraw}[asked.verb](asked)


def _record(asked: argparse.Namespace) -> int:
    """Take a certificate into use; its key is at ``--keys``, or on a token of its holder."""
    ready()
    from hoaphuong.identity import queries as identity
    from hoaphuong.signing import actions, keyring

    if asked.keys != "client" and asked.keys not in keyring.places():
        raise Refusal(f"no place of keys is called {asked.keys}. / Không có nơi lưu khóa này.")
    if asked.keys != "client" and not asked.reference:
        raise Refusal("say with --reference which key it is. / Hãy nêu khóa bằng --reference.")
    if asked.agency and asked.agency not in identity.agencies():
        raise Refusal(f"there is no agency {asked.agency}. / Không có cơ quan này.")
    account = identity.account_key(asked.account) if asked.account else ""
    if account is None:
        raise Refusal(f"there is no account {asked.account}. / Không có tài khoản này.")
    try:
        facts = actions.record_certificate(
            provider=asked.keys,
            reference=asked.reference,
            certificate=_der(asked.file.read_bytes()),
            account=account,
            agency=asked.agency,
            by=BY,
            at=datetime.now(UTC),
        )
    except actions.CertificateRefused as refused:
        raise Refusal(REFUSALS[refused.reason]) from refused
    print(json.dumps({"key": facts.key, "serial": facts.serial, "until": f"{facts.not_after:%F}"}))
    return 0


def _der(content: bytes) -> bytes:
    """DER of a file in DER or PEM."""
    if not content.lstrip().startswith(b"-----BEGIN"):
        return content
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        return x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
    except ValueError as fault:
        raise Refusal(REFUSALS["unreadable"]) from fault


def _withdraw(asked: argparse.Namespace) -> int:
    """Sign with a certificate no more; its authority revokes it."""
    ready()
    from hoaphuong.signing import actions, queries

    found = queries.certificate_of_serial(asked.serial)
    if found is None:
        raise Refusal(
            f"no certificate has the serial number {asked.serial}. / Không có chứng thư số này."
        )
    actions.withdraw_certificate(key=found, reason=asked.reason, by=BY, at=datetime.now(UTC))
    return 0
