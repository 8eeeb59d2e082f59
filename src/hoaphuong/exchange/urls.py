from django.urls import path

from hoaphuong.exchange import pages

app_name = "exchange"
urlpatterns = [
    path("co-quan/trao-doi", pages.log, name="log"),
    path("co-quan/trao-doi/cho-gui", pages.not_sent, name="not_sent"),
    path("co-quan/trao-doi/<slug:key>", pages.message, name="message"),
    path("co-quan/trao-doi/<slug:key>/tep/<slug:file_key>", pages.file, name="file"),
    path("co-quan/trao-doi/<slug:key>/gui-lai", pages.try_again, name="try_again"),
]
