"""Why a verdict is what it is: every code, in the words people read (docs/verification.md)."""

from dataclasses import dataclass

from hoaphuong.signing.contracts import Verdict

VALID, INVALID = Verdict.VALID, Verdict.INVALID
INDETERMINATE, UNREADABLE = Verdict.INDETERMINATE, Verdict.UNREADABLE


@dataclass(frozen=True)
class Reason:
    """The verdict a reason leads to, and its sentence in both languages."""

    verdict: Verdict
    english: str
    vietnamese: str

    def said(self, language: str) -> str:
        """The sentence in a language: "vi", or English for any other."""
        return self.vietnamese if language == "vi" else self.english


REASONS = {
    "valid": Reason(
        VALID,
        "Every signature is right, and its signer is trusted.",
        "Mọi chữ ký đều đúng và người ký được tin cậy.",
    ),
    # The bytes are not those that were signed, or the signature is not that of its certificate.
    "content_changed": Reason(
        INVALID,
        "The content is not what was signed: it was changed.",
        "Nội dung đã bị sửa so với lúc ký.",
    ),
    "signature_wrong": Reason(
        INVALID,
        "The signature was not made with the key of the certificate shown.",
        "Chữ ký không được tạo bằng khóa của chứng thư số đi kèm.",
    ),
    "broken_signature": Reason(
        INVALID,
        "The signature itself is damaged or was altered.",
        "Bản thân chữ ký đã hỏng hoặc bị sửa.",
    ),
    "byte_range": Reason(
        INVALID,
        "The signature does not cover the file as it should.",
        "Chữ ký không bao trùm tệp như quy định.",
    ),
    "forbidden_change": Reason(
        INVALID,
        "The file was changed after signing in a way that the signer does not permit.",
        "Tệp bị sửa sau khi ký mà người ký không cho phép.",
    ),
    "wrong_certificate": Reason(
        INVALID,
        "The certificate shown is not the one that the signer bound to the signature.",
        "Chứng thư số đi kèm không phải chứng thư mà người ký đã gắn vào chữ ký.",
    ),
    "stamp_wrong": Reason(
        INVALID,
        "A time stamp is not over this signature, or was altered.",
        "Dấu thời gian không thuộc chữ ký này hoặc đã bị sửa.",
    ),
    "chain_broken": Reason(
        INVALID,
        "A certificate of the chain was not issued by the authority it names.",
        "Trong chuỗi có chứng thư không do cơ quan ghi trên đó cấp.",
    ),
    "revoked": Reason(
        INVALID,
        "The certificate had been revoked when the file was signed.",
        "Chứng thư số đã bị thu hồi trước khi ký.",
    ),
    "chain_revoked": Reason(
        INVALID,
        "An issuing authority's certificate had been revoked when the file was signed.",
        "Chứng thư của cơ quan cấp đã bị thu hồi trước khi ký.",
    ),
    # What cannot be known.
    "anchor_unknown": Reason(
        INDETERMINATE,
        "The signer's certificate does not come from an authority that is trusted here.",
        "Chứng thư của người ký không do tổ chức mà hệ thống tin cậy cấp.",
    ),
    "no_certificate": Reason(
        INDETERMINATE,
        "The file does not carry the signer's certificate.",
        "Tệp không kèm chứng thư số của người ký.",
    ),
    "wrong_purpose": Reason(
        INDETERMINATE,
        "The certificate is not one for signing documents.",
        "Chứng thư số này không dùng để ký văn bản.",
    ),
    "not_yet_valid": Reason(
        INDETERMINATE,
        "The certificate was not yet valid at that time.",
        "Tại thời điểm đó chứng thư số chưa có hiệu lực.",
    ),
    "out_of_date": Reason(
        INDETERMINATE,
        "The certificate has expired, and no time stamp proves that the file was signed before.",
        "Chứng thư số đã hết hạn và không có dấu thời gian chứng minh tệp được ký trước đó.",
    ),
    "chain_out_of_date": Reason(
        INDETERMINATE,
        "An issuing authority's certificate was not valid at that time.",
        "Tại thời điểm đó chứng thư của cơ quan cấp không còn hoặc chưa có hiệu lực.",
    ),
    "chain_unsupported": Reason(
        INDETERMINATE,
        "A certificate of the chain has conditions that cannot be checked here.",
        "Trong chuỗi có chứng thư kèm điều kiện mà hệ thống không kiểm tra được.",
    ),
    "weak_algorithm": Reason(
        INDETERMINATE,
        "The signature relies on an algorithm that is no longer safe.",
        "Chữ ký dùng thuật toán không còn an toàn.",
    ),
    "unsupported_algorithm": Reason(
        INDETERMINATE,
        "The signature uses an algorithm that cannot be checked here.",
        "Chữ ký dùng thuật toán mà hệ thống không kiểm tra được.",
    ),
    "revoked_no_proof": Reason(
        INDETERMINATE,
        "The certificate is revoked, and no time stamp proves that the file was signed before.",
        "Chứng thư đã bị thu hồi và không có dấu thời gian chứng minh tệp được ký trước đó.",
    ),
    "revocation_unknown": Reason(
        INDETERMINATE,
        "Nobody says whether the certificate had been revoked: revocation unknown.",
        "Không rõ chứng thư số đã bị thu hồi hay chưa.",
    ),
    "revocation_too_old": Reason(
        INDETERMINATE,
        "What is known about revocation is older than the signature.",
        "Thông tin thu hồi chứng thư có trước thời điểm ký nên không đủ căn cứ.",
    ),
    "stamp_untrusted": Reason(
        INDETERMINATE,
        "The time stamp does not come from an authority that is trusted here.",
        "Dấu thời gian không do tổ chức mà hệ thống tin cậy cấp.",
    ),
    "stamp_out_of_date": Reason(
        INDETERMINATE,
        "The certificate of the time stamp has expired, and no later time stamp renews it.",
        "Chứng thư của dấu thời gian đã hết hạn và không có dấu thời gian mới hơn gia hạn.",
    ),
    "stamp_in_future": Reason(
        INDETERMINATE,
        "The time stamp lies in the future: a clock is wrong.",
        "Dấu thời gian nằm ở tương lai: có đồng hồ chạy sai.",
    ),
    "signed_data_missing": Reason(
        INDETERMINATE,
        "What was signed is not in the file.",
        "Nội dung được ký không nằm trong tệp này.",
    ),
    "unsigned": Reason(
        Verdict.UNSIGNED, "The file has no digital signature.", "Tệp không có chữ ký số."
    ),
    # Nothing can be said of the file at all.
    "missing": Reason(UNREADABLE, "The file is not there.", "Không tìm thấy tệp."),
    "unreadable": Reason(UNREADABLE, "The file cannot be read.", "Không đọc được tệp."),
    "encrypted": Reason(
        UNREADABLE,
        "The file is encrypted: remove its password first.",
        "Tệp được mã hóa, hãy gỡ mật khẩu trước.",
    ),
    "broken": Reason(UNREADABLE, "The file is damaged.", "Tệp bị hỏng."),
    "too_large": Reason(UNREADABLE, "The file is too large.", "Tệp quá lớn."),
    "too_hard": Reason(
        UNREADABLE,
        "Reading the file takes more time or memory than is allowed.",
        "Đọc tệp này tốn nhiều thời gian hoặc bộ nhớ hơn mức cho phép.",
    ),
    "hostile_xml": Reason(
        UNREADABLE,
        "The XML declares a document type or entities: such files are not read.",
        "Tệp XML có khai báo DTD hoặc thực thể nên không được đọc.",
    ),
    "unknown_kind": Reason(
        UNREADABLE,
        "The file is not a PDF, XML or ASiC file.",
        "Tệp không phải PDF, XML hoặc ASiC.",
    ),
    "busy": Reason(
        UNREADABLE,
        "Too many files are being checked now: try again in a minute.",
        "Đang có quá nhiều tệp chờ kiểm tra, hãy thử lại sau một phút.",
    ),
}


def verdict_of(code: str) -> Verdict:
    """The verdict a reason leads to; a code nobody knows is never good news."""
    return REASONS[code].verdict if code in REASONS else INDETERMINATE


def sentence(code: str, language: str) -> str:
    """The sentence of a reason; the code itself when nobody has words for it."""
    return REASONS[code].said(language) if code in REASONS else code
