"""XML that is signed: read safely, signed as XMLDSig and XAdES (ETSI EN 319 132-1)."""

from hoaphuong.signing.xml.enveloped import NotSignable, sign_enveloped
from hoaphuong.signing.xml.xades import extend_xml, sign_files, sign_xml

__all__ = ["NotSignable", "extend_xml", "sign_enveloped", "sign_files", "sign_xml"]
