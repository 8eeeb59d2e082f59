from django.urls import path

from hoaphuong.warehouse import pages

app_name = "warehouse"
urlpatterns = [
    path("dieu-hanh", pages.scoreboard, name="scoreboard"),
    path("dieu-hanh/so-lieu", pages.scoreboard_now, name="scoreboard_now"),
    path("du-lieu", pages.tables, name="tables"),
    path("du-lieu/<slug:table>.csv", pages.table_csv, name="table_csv"),
]
