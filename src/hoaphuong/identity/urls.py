from django.urls import path

from hoaphuong.identity import pages

app_name = "identity"
urlpatterns = [path("tai-khoan/xac-nhan", pages.second_factor, name="second_factor")]
