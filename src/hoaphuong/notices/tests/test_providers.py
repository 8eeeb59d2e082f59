"""What goes over the wire: sign-in only over a trusted connection, errors told apart."""

import json
import smtplib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hoaphuong.notices.configuration import channels
from hoaphuong.notices.providers import mail as mail_module
from hoaphuong.notices.providers.base import (
    Message,
    ProviderFault,
    Refused,
    SignInRefused,
    TemplateRefused,
    UnknownRecipient,
)
from hoaphuong.notices.providers.mail import Mail
from hoaphuong.notices.providers.sms import Sms
from hoaphuong.notices.providers.zalo import Zalo, _judged
from hoaphuong.notices.tests.post_at_work import in_a_thread

LETTER = Message(key="k" * 32, to="binh@example.vn", subject="Thử", text="Nội dung\n.\nhết\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(file, trusting context) of a server called localhost."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    pem = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, *private) + made.public_bytes(pem))
    return file, ssl.create_default_context(cadata=made.public_bytes(pem).decode())


@pytest.fixture
def secure_post(tmp_path, certificate):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate[0])
    with in_a_thread(tmp_path / "post", tls=tls) as running:
        yield running


def server(post, **more) -> Mail:
    known = {
        "host": "localhost", "port": post.mail_port, "sender": "a@haiphong.example",
        "user": "hoaphuong", "password": post.secret("smtp_password"), "seconds": 5.0,
    }  # fmt: skip
    return Mail(**known | more)


def test_a_letter_goes_over_tls_with_a_sign_in(secure_post, certificate):
    assert server(secure_post, trusted=certificate[1]).send(LETTER) == (
        f"<{'k' * 32}@haiphong.example>"
    )
    [(content,)] = secure_post.rows("select content from message")
    assert "Nội dung\r\n.\r\nhết" in content.decode()


def test_a_server_without_a_known_certificate_gets_neither_password_nor_letter(secure_post):
    with pytest.raises(ProviderFault, match="SSLCertVerificationError"):
        server(secure_post).send(LETTER)
    assert secure_post.rows("select count(*) from attempt") == [(0,)]


def test_a_server_that_offers_no_tls_gets_neither(post):
    with pytest.raises(ProviderFault, match="SMTPNotSupportedError"):
        server(post).send(LETTER)
    assert post.rows("select count(*) from attempt") == [(0,)]


def test_the_post_takes_no_letter_without_a_sign_in_and_none_from_somebody_else(post):
    with smtplib.SMTP("localhost", post.mail_port, timeout=5) as line:
        assert line.docmd("MAIL FROM:<a@b.vn>")[0] == 530
        line.login("hoaphuong", post.secret("smtp_password"))
        forged = server(post, tls="none").letter(LETTER)
        with pytest.raises(smtplib.SMTPDataError):
            line.send_message(forged, from_addr="other@b.vn", to_addrs=[LETTER.to])


@pytest.mark.parametrize("field", ["subject", "to"])
def test_no_header_can_be_added_through_a_field(post, field):
    bad = Message(**vars(LETTER) | {field: f"{getattr(LETTER, field)}\r\nBcc: x@example.vn"})
    with pytest.raises(Refused):
        server(post, tls="none").send(bad)
    assert post.messages() == []


def test_a_server_that_answers_letter_by_letter_is_left_in_the_end(monkeypatch):
    monkeypatch.setattr(mail_module, "MOST_S", 1.0)
    listening = socket.create_server(("127.0.0.1", 0))

    def drip():
        line, _who = listening.accept()
        line.sendall(b"220 slow\r\n")
        line.recv(1_000)
        try:
            for _ in range(100):
                line.sendall(b"2")
                time.sleep(0.2)
        except OSError:
            line.close()

    threading.Thread(target=drip, daemon=True).start()
    port = listening.getsockname()[1]
    slow = Mail(host="127.0.0.1", port=port, sender="a@b.vn", tls="none")
    begun = time.monotonic()
    with pytest.raises(ProviderFault):
        slow.send(LETTER)
    assert time.monotonic() - begun < 8
    listening.close()


SMS = Message(key="s" * 32, to="84912345678", short="Ho so da nhan")
ZALO = Message(key="z" * 32, to="84912345678", template="t", places={"number": "1"})


def test_the_gateways_refuse_what_is_not_as_described(post):
    sms = Sms(f"{post.address}/sms", "HAIPHONG", post.secret("sms_key"))
    assert sms.send(SMS) == "sms-ssssssss"
    with pytest.raises(Refused):
        sms.send(Message(**vars(SMS) | {"short": "Hồ sơ"}))
    with pytest.raises(Refused):
        sms.send(Message(**vars(SMS) | {"to": "0912345678"}))
    with pytest.raises(ProviderFault):  # 409: the key is another message's
        sms.send(Message(**vars(SMS) | {"short": "Khac"}))
    with pytest.raises(SignInRefused):
        Sms(f"{post.address}/sms", "HAIPHONG", "wrong").send(SMS)

    zalo = Zalo(f"{post.address}/message/template", post.secret("zalo_token"))
    assert zalo.send(ZALO) == "zalo-zzzzzzzz"
    with pytest.raises(TemplateRefused):
        zalo.send(Message(**vars(ZALO) | {"places": {}}))
    with pytest.raises(UnknownRecipient):
        zalo.send(Message(**vars(ZALO) | {"to": "1"}))
    with pytest.raises(SignInRefused):
        Zalo(f"{post.address}/message/template", "wrong").send(ZALO)


@pytest.mark.parametrize("answer", [b"", b"[]", b"{}", b'{"error": "x"}', b'{"error": null}'])
def test_what_is_no_answer_of_zalos_is_asked_again(answer):
    with pytest.raises(ProviderFault) as fault:
        _judged(answer)
    assert type(fault.value) is ProviderFault


def test_a_nobody_at_the_port_is_asked_again():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    providers = (
        Mail(host="127.0.0.1", port=port, sender="a@b.vn", tls="none"),
        Sms(f"http://127.0.0.1:{port}/sms", "X", "k"),
        Zalo(f"http://127.0.0.1:{port}/z", "k"),
    )
    for provider in providers:
        with pytest.raises(ProviderFault) as fault:
            provider.send(Message(**vars(SMS) | {"to": "a@b.vn"}))
        assert type(fault.value) is ProviderFault


def test_a_citys_ways_out_come_from_its_file_and_its_secrets_from_elsewhere(tmp_path, monkeypatch):
    city = {
        "email": {"host": "mail.example.vn", "user": "hp"},
        "sms": {"address": "https://sms.example.vn/v1", "sender": "HAIPHONG"},
        "zalo": {"templates": {"dossiers.received": "1234"}},
    }
    sender = "Hải Phòng <tb@haiphong.example>"
    found = channels(city, {}, keys=tmp_path, sender=sender)
    (tmp_path / "sms_key").write_text("from the file\n")
    monkeypatch.setenv("HOAPHUONG_SMTP_PASSWORD", "from the environment")
    mail, sms = found.provider("email"), found.provider("sms")
    assert (mail.port, mail.tls, mail.password) == (587, "starttls", "from the environment")
    assert (mail.sender, mail.called) == ("tb@haiphong.example", "Hải Phòng")
    assert sms.key == "from the file"
    (tmp_path / "sms_key").write_text("renewed")
    assert found.provider("sms").key == "renewed"
    assert found.offers("zalo", "dossiers.received")
    assert not found.offers("zalo", "dossiers.decided")
    assert "from the" not in json.dumps([repr(mail), repr(sms), repr(found)])

    relay = channels({}, {"HOAPHUONG_SMTP_HOST": "relay"}, keys=tmp_path, sender=sender)
    assert (relay.provider("email").port, relay.provider("email").tls) == (25, "none")
    assert relay.provider("sms") is None
    assert channels({}, {}, keys=tmp_path, sender=sender).facts == {}
