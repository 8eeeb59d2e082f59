"""How a file is sent; the routes are made by the apps that own the records and check the owner."""

from django.http import FileResponse, Http404, HttpRequest

from hoaphuong.files import queries, rules

SHOWN_BY_BROWSERS = frozenset({rules.PDF, rules.JPEG, rules.PNG, rules.WEBP})
_SANDBOX = "sandbox; default-src 'none'"
# Chrome and Safari refuse to show a PDF in a sandbox; their viewer styles its own page inline.
_PDF_VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"


def send(request: HttpRequest, key: str, *, inline: bool) -> FileResponse:
    """Answer with a stored file, shown in the browser or as a download; 404 when there is none.

    The caller has checked that this person may see it and has written the access line.
    """
    try:
        facts = queries.file_facts(key)
        stream = queries.open_file(key)
    except queries.NoSuchFile as fault:
        raise Http404 from fault
    shown = inline and facts.media_type in SHOWN_BY_BROWSERS
    response = FileResponse(
        stream, as_attachment=not shown, filename=facts.name, content_type=facts.media_type
    )
    policy = _PDF_VIEWER if shown and facts.media_type == rules.PDF else _SANDBOX
    response.headers["Content-Security-Policy"] = f"{policy}; frame-ancestors 'self'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
