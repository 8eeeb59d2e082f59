from django.urls import path

from hoaphuong.payments.pages import days, desk, ledger, order, own, refunds, statements, till

app_name = "payments"
urlpatterns = [
    path("nop/<slug:token>", order.order, name="order"),
    path("nop/<slug:token>/qua/<slug:way>", order.pay, name="pay"),
    path("nop/<slug:token>/sang/<slug:way>", order.leaving, name="leaving"),
    path("nop/<slug:token>/chuyen-khoan", order.transfer, name="transfer"),
    path("nop/<slug:token>/ma-qr.svg", order.qr, name="qr"),
    path("cua-toi/phi", own.mine, name="mine"),
    path("cua-toi/phi/<slug:key>/bien-lai.pdf", own.receipt, name="own_receipt"),
    path("co-quan/thu-phi", desk.orders, name="orders"),
    path("co-quan/thu-phi/danh-sach.csv", desk.orders_csv, name="orders_csv"),
    path("co-quan/thu-phi/phieu/<slug:key>", desk.read, name="desk"),
    path("co-quan/thu-phi/phieu/<slug:key>/bien-lai.pdf", desk.receipt, name="receipt"),
    path("co-quan/thu-phi/phieu/<slug:key>/thu", till.collect, name="collect"),
    path("co-quan/thu-phi/phieu/<slug:key>/hoan", refunds.ask, name="ask_refund"),
    path("co-quan/thu-phi/tien-mat", till.cash, name="cash"),
    path("co-quan/thu-phi/quy", till.till, name="till"),
    path("co-quan/thu-phi/hoan", refunds.listed, name="refunds"),
    path("co-quan/thu-phi/hoan/<slug:key>/quyet-dinh", refunds.settle, name="settle_refund"),
    path("co-quan/thu-phi/hoan/<slug:key>/da-chi", refunds.sent, name="refund_sent"),
    path("co-quan/thu-phi/doi-soat", days.listed, name="days"),
    path("co-quan/thu-phi/doi-soat/<slug:key>", days.day, name="day"),
    path("co-quan/thu-phi/doi-soat/<slug:key>/dong", days.close, name="close_day"),
    path("co-quan/thu-phi/chenh-lech/<slug:key>", days.settle, name="settle"),
    path("co-quan/thu-phi/sao-ke", statements.listed, name="statements"),
    path("co-quan/thu-phi/sao-ke/nap", statements.bring, name="read_statement"),
    path("co-quan/thu-phi/sao-ke/<slug:key>/<slug:verb>", statements.settle, name="statement_line"),
    path("co-quan/thu-phi/so-cai", ledger.ledger, name="ledger"),
    path("co-quan/thu-phi/so-cai.csv", ledger.accounts_csv, name="accounts_csv"),
    path("co-quan/thu-phi/kho-bac.csv", ledger.treasury_csv, name="treasury_csv"),
]
