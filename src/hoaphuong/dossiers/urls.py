from django.urls import path

from hoaphuong.dossiers.pages import applying, desk, fees, own, rejects, services, tracking

app_name = "dossiers"
urlpatterns = [
    path("thu-tuc", services.search, name="procedures"),
    path("thu-tuc/<str:code>", services.read, name="procedure"),
    path("thu-tuc/<str:code>/nop", applying.begin, name="apply"),
    path("nop-ho-so/<slug:key>", applying.filing, name="draft"),
    path("nop-ho-so/<slug:key>/to-khai", applying.form, name="draft_form"),
    path("nop-ho-so/<slug:key>/giay-to", applying.papers, name="draft_papers"),
    path("nop-ho-so/<slug:key>/xem-lai", applying.review, name="draft_review"),
    path("nop-ho-so/<slug:key>/bo", applying.discard, name="draft_discard"),
    path("ho-so-cua-toi", own.mine, name="mine"),
    path("ho-so-cua-toi/<slug:key>", own.read, name="own"),
    path("ho-so-cua-toi/<slug:key>/phieu.pdf", own.slip, name="own_slip"),
    path("ho-so-cua-toi/<slug:key>/tep/<slug:file_key>", own.file, name="own_file"),
    path("ho-so-cua-toi/<slug:key>/bo-sung", own.supply, name="supply"),
    path("ho-so-cua-toi/<slug:key>/rut", own.withdraw, name="withdraw"),
    path("tra-cuu", tracking.by_number, name="track"),
    path("tra-cuu/<slug:token>", tracking.by_token, name="track_token"),
    path("co-quan/ho-so/<slug:key>", desk.read, name="desk"),
    path("co-quan/ho-so/<slug:key>/phieu.pdf", desk.slip, name="desk_slip"),
    path("co-quan/ho-so/<slug:key>/tep/<slug:file_key>", desk.file, name="desk_file"),
    path("co-quan/ho-so/<slug:key>/phi", fees.ask, name="fee"),
    path("co-quan/ho-so/<slug:key>/<slug:verb>", desk.step, name="step"),
    path("co-quan/thu-tuc-loi", rejects.listed, name="rejects"),
    path("co-quan/thu-tuc-loi/nap", rejects.bring, name="import"),
    path("co-quan/thu-tuc-loi/<slug:key>", rejects.correct, name="reject"),
]
