"""A bare Django: one view, one row, no middleware; the reference of the pages' benches."""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from hoaphuong.web.databases import database

HOME = Path(os.environ["HOAPHUONG_HOME"])

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="a reference keeps no secret",
    INSTALLED_APPS=["django.contrib.contenttypes"],
    MIDDLEWARE=[],
    # The same database in the same settings: what differs is the program.
    DATABASES={"default": database(os.environ["DATABASE_URL"], home=HOME, demo=True)},
)
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402


def one_row(request: HttpRequest) -> HttpResponse:
    """One row of Django's own smallest table, as plain text."""
    return HttpResponse(ContentType.objects.values_list("model", flat=True).get(pk=1))


urlpatterns = [path("", one_row)]
application = get_wsgi_application()


if __name__ == "__main__":
    from django.core.management import call_command

    call_command("migrate", verbosity=0)  # which also writes the one row
