"""The demonstration authority: a stand-in for the State's CA, its time stamps and its remote keys.

Everything it signs is invented and says so in its names. A city in demonstration mode and the tests
use it where a real city uses the Government Cipher Committee's CA and an approved time-stamp
authority. Web pages import it inside functions only: it loads cryptography.
"""

from hoaphuong.signing.authority.ceremony import Authority, ceremony
from hoaphuong.signing.authority.index import NotIssued
from hoaphuong.signing.authority.issuing import KINDS, issue, revoke
from hoaphuong.signing.authority.remote_keys import keep_key

__all__ = ["KINDS", "Authority", "NotIssued", "ceremony", "issue", "keep_key", "revoke"]
