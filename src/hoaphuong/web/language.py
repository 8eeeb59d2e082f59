"""The language of a page: Vietnamese unless this browser chose English here."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

CODES = frozenset(code for code, _name in settings.LANGUAGES)


class ChosenLanguage:
    """Reads the cookie only: a phone set to English does not make its owner an English reader."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        code = chosen if chosen in CODES else settings.LANGUAGE_CODE
        translation.activate(code)
        request.LANGUAGE_CODE = code
        answer = self.get_response(request)
        answer.headers.setdefault("Content-Language", code)
        return answer
