"""Signatures in PDF: PAdES B-B, B-T, B-LT and B-LTA (ETSI EN 319 142-1), fields and evidence.

Bytes in, bytes out: what is given back is what was given, with an update behind it.
"""

from hoaphuong.signing.pdf.cms import CertificateOutOfDate, Mismatch
from hoaphuong.signing.pdf.corner import corner_lines, reserve_corner
from hoaphuong.signing.pdf.evidence import extend, stamp_ends
from hoaphuong.signing.pdf.fields import FieldRefused, Forbidden
from hoaphuong.signing.pdf.fonts import Unwritable
from hoaphuong.signing.pdf.foreign import Refused
from hoaphuong.signing.pdf.forms import empty_texts, fill, reserve
from hoaphuong.signing.pdf.paper import Unsignable
from hoaphuong.signing.pdf.signature import Prepared, finish, prepare, sign
from hoaphuong.signing.pdf.syntax import Broken
from hoaphuong.signing.providers.base import SigningFault

__all__ = [
    "Broken", "CertificateOutOfDate", "FieldRefused", "Forbidden", "Mismatch", "Prepared",
    "Refused", "SigningFault", "Unsignable", "Unwritable", "corner_lines", "empty_texts", "extend",
    "fill", "finish", "prepare", "reserve", "reserve_corner", "sign", "stamp_ends",
]  # fmt: skip
