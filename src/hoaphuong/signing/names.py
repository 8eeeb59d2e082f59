"""What a certificate's holder is called, in words for a person."""


def called(der: bytes) -> tuple[str, str]:
    """The holder's name and organisation; the organisation is "" where it is the name itself."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    subject = x509.load_der_x509_certificate(der).subject

    def part(oid: x509.ObjectIdentifier) -> str:
        found = subject.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    name, organisation = part(NameOID.COMMON_NAME), part(NameOID.ORGANIZATION_NAME)
    if not name:
        name, organisation = organisation or subject.rfc4514_string(), ""
    return name, "" if organisation == name else organisation
