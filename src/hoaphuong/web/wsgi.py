"""The door for the production server."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from hoaphuong.kernel import occupancy

# What is loaded here stays: to look for garbage in it, again and again, takes an eighth of a start.
gc.disable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hoaphuong.web.settings")
application = get_wsgi_application()
occupancy.share(settings.HOME)
# Every route is loaded before the first visitor comes, who would wait for it in each process.
get_resolver().url_patterns  # noqa: B018
gc.freeze()
gc.enable()
