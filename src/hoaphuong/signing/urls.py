from django.urls import path

from hoaphuong.signing.pages import archive, batches, own, seals, standing, verifying

app_name = "signing"
urlpatterns = [
    path("kiem-tra", verifying.check, name="check"),
    path("co-quan/chu-ky", own.mine, name="mine"),
    path("co-quan/chu-ky/hinh-anh", own.image, name="image"),
    path("co-quan/chu-ky/hinh-anh/hoan-tac", own.undo_image, name="undo_image"),
    path("co-quan/con-dau", seals.listed, name="seals"),
    path("co-quan/con-dau/<str:agency>/hinh-anh", seals.image, name="seal_image"),
    path("co-quan/con-dau/<str:agency>/hinh-anh/hoan-tac", seals.undo, name="undo_seal_image"),
    path("co-quan/luu-tru-chu-ky", archive.listed, name="archive"),
    path("co-quan/luu-tru-chu-ky/thu-lai", archive.again, name="archive_again"),
    path("co-quan/con-dau/<str:agency>/tu-dong", standing.give, name="standing_give"),
    path("co-quan/con-dau/<str:agency>/tu-dong/dung", standing.withdraw, name="standing_withdraw"),
    path(
        "co-quan/con-dau/<str:agency>/da-dong/<str:code>", standing.papers, name="standing_papers"
    ),
    path("co-quan/con-dau/<str:agency>/dong-lai", standing.again, name="standing_again"),
    path("co-quan/ky/<slug:key>", batches.read, name="batch"),
    path("co-quan/ky/<slug:key>/tien-do", batches.progress, name="batch_progress"),
    path("co-quan/ky/<slug:key>/lam-lai", batches.try_again, name="batch_try_again"),
    path("co-quan/ky/<slug:key>/rut", batches.withdraw, name="batch_withdraw"),
]
