"""The API of public services: docs/api.md."""

from ninja import Router

from hoaphuong.dossiers.api import handling, public

PREFIX = ""
router = Router()
router.add_router("", public.router, tags=["public"])
router.add_router("/dossiers", handling.router, tags=["dossiers"])
