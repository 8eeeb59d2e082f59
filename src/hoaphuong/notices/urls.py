from django.urls import path

from hoaphuong.notices.pages import dead, own

app_name = "notices"
urlpatterns = [
    path("thong-bao", own.listed, name="own"),
    path("thong-bao/doc-het", own.read_all, name="read_all"),
    path("thong-bao/tuy-chon", own.preferences, name="preferences"),
    path("thong-bao/<slug:key>/xem", own.follow, name="follow"),
    path("thong-bao/<slug:key>/da-doc", own.read, name="read"),
    path("co-quan/khong-gui-duoc", dead.listed, name="dead"),
    path("co-quan/khong-gui-duoc/<slug:call>/gui-lai", dead.try_again, name="try_again"),
    path("co-quan/khong-gui-duoc/<slug:call>/bo", dead.give_up, name="give_up"),
]
