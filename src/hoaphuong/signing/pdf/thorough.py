"""Reading any PDF with pyHanko: compressed objects, streams of cross-references, odd tables."""

from io import BytesIO
from typing import Any, NoReturn

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from hoaphuong.signing.pdf.paper import Paper, Unsignable, refuse_scripts
from hoaphuong.signing.pdf.syntax import Broken, Name, Ref, Token


class ThoroughPaper(Paper):
    """Any file, read with pyHanko."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content
        self._errors: tuple[type[Exception], ...] = (
            PdfError,
            ValueError,
            TypeError,
            KeyError,
            IndexError,
            RecursionError,
        )
        self._errors += (AttributeError, OverflowError, NotImplementedError)
        try:
            self._reader = PdfFileReader(BytesIO(content), strict=True)
            xrefs = self._reader.xrefs
            hybrid = xrefs.hybrid_xrefs_present
            encrypted = self._reader.encrypted
            flat = self._reader.trailer.flatten()
            self.start = int(self._reader.last_startxref or 0)
        except self._errors as fault:
            self._broken(fault)
        if encrypted:
            raise Unsignable("The file is encrypted.", reason="paper_locked")
        if hybrid:
            raise Unsignable("The file has two kinds of cross-references (hybrid).")
        self.compressed = content[self.start : self.start + 4] != b"xref"
        self.trailer = self._plain(flat)
        self._refuse_hidden_scripts()

    def _broken(self, fault: BaseException) -> NoReturn:
        raise Broken(f"The file cannot be read as a PDF: {fault}") from fault

    def _refuse_hidden_scripts(self) -> None:
        """Compressed objects are looked through once they are unpacked."""
        xrefs = self._reader.xrefs
        try:
            for revision in range(xrefs.total_revisions):
                for held in xrefs.object_streams_used_in(revision):
                    refuse_scripts(self._reader.get_object(held).data)
        except self._errors as fault:
            self._broken(fault)

    def own(self, ref: Ref) -> Any:
        return self._plain(self._object(ref))

    def stream(self, ref: Ref) -> bytes:
        try:
            return bytes(self._object(ref).data)
        except self._errors as fault:
            self._broken(fault)

    def _object(self, ref: Ref) -> Any:
        try:
            return self._reader.get_object(
                generic.Reference(*ref, self._reader), never_decrypt=True
            )
        except self._errors as fault:
            self._broken(fault)

    def _plain(self, value: Any) -> Any:
        """pyHanko's objects as ours."""
        if isinstance(value, generic.IndirectObject):
            return Ref(value.idnum, value.generation)
        if isinstance(value, generic.NameObject):
            return Name(str(value).encode("latin-1", "surrogateescape"))
        if isinstance(value, generic.DictionaryObject):
            return {self._plain(key): self._plain(value.raw_get(key)) for key in value}
        if isinstance(value, generic.ArrayObject):
            return [self._plain(value.raw_get(place)) for place in range(len(value))]
        if isinstance(value, generic.BooleanObject):
            return bool(value)
        if isinstance(value, generic.NullObject):
            return None
        if isinstance(value, generic.NumberObject):
            return int(value)
        written = BytesIO()
        value.write_to_stream(written, None)
        return Token(written.getvalue())
