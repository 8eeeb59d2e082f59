from django.urls import path

from hoaphuong.documents.pages import (
    attaching,
    checking,
    copies,
    drafting,
    lists,
    receiving,
    scanning,
    sending,
    tasks,
    writing,
)

app_name = "documents"
urlpatterns = [
    path("co-quan/van-ban", lists.drafts, name="drafts"),
    path("co-quan/van-ban/moi", writing.begin, name="begin"),
    path("co-quan/van-ban/<slug:key>", drafting.read, name="document"),
    path("co-quan/van-ban/<slug:key>/soan", writing.edit, name="edit"),
    path("co-quan/van-ban/<slug:key>/du-thao.pdf", drafting.preview, name="preview"),
    path("co-quan/van-ban/<slug:key>/tiep/<slug:how>", writing.follow, name="follow"),
    path("co-quan/van-ban/<slug:key>/gop-y", drafting.comment, name="comment"),
    path("co-quan/van-ban/<slug:key>/kem-theo", attaching.attach, name="attach"),
    path("co-quan/van-ban/<slug:key>/kem-theo/doi", attaching.change, name="change_attachment"),
    path("co-quan/van-ban/<slug:key>/ban-sao", copies.of_document, name="copy"),
    path("co-quan/van-ban-den/<slug:key>/ban-sao", copies.of_incoming, name="copy_incoming"),
    path("co-quan/ban-sao/<slug:key>", copies.file, name="copy_file"),
    path("co-quan/van-ban/<slug:key>/gui", sending.send, name="send"),
    path("co-quan/van-ban/<slug:key>/tep/<slug:file_key>", drafting.file, name="file"),
    path("co-quan/van-ban/<slug:key>/buoc/<slug:verb>", drafting.step, name="step"),
    path("co-quan/cho-ky", lists.to_sign, name="to_sign"),
    path("co-quan/cho-phat-hanh", lists.to_issue, name="to_issue"),
    path("co-quan/so-van-ban-di", lists.register, name="register"),
    path("co-quan/van-ban-den", receiving.listed, name="arrivals"),
    path("co-quan/van-ban-den/moi", scanning.scan, name="scan"),
    path("co-quan/van-ban-den/<slug:key>", receiving.read, name="incoming"),
    path(
        "co-quan/van-ban-den/<slug:key>/tep/<slug:file_key>", receiving.file, name="incoming_file"
    ),
    path("co-quan/van-ban-den/<slug:key>/buoc/<slug:verb>", receiving.step, name="incoming_step"),
    path("co-quan/nhiem-vu", tasks.given, name="given"),
    path("co-quan/nhiem-vu/<slug:key>", tasks.read, name="assignment"),
    path("co-quan/nhiem-vu/<slug:key>/buoc/<slug:verb>", tasks.step, name="assignment_step"),
    path("dieu-hanh/nhiem-vu", tasks.steering, name="steering"),
    path("kt/<slug:token>", checking.by_token, name="check"),
    path("tra-cuu-van-ban", checking.by_number, name="check_number"),
    path("so-phat-hanh", checking.heads, name="heads"),
    path("so-phat-hanh/<slug:day>", checking.day, name="chain"),
]
