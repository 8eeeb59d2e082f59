from django.http import Http404, HttpRequest, HttpResponse

from hoaphuong.kernel.access import page


@page(permission="dossiers.manage_procedures")
def listed(request: HttpRequest) -> HttpResponse:
    raise Http404


@page(permission="dossiers.manage_procedures")
def correct(request: HttpRequest, key: str) -> HttpResponse:
    raise Http404
