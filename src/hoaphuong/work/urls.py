from django.urls import path

from hoaphuong.work import pages

app_name = "work"
urlpatterns = [
    path("co-quan", pages.inbox, name="inbox"),
    path("co-quan/viec/<slug:key>/nhan", pages.take, name="take"),
    path("co-quan/viec/<slug:key>/tra-lai", pages.give_back, name="give_back"),
    path("co-quan/viec/<slug:key>/giao", pages.assign, name="assign"),
]
