"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from .forms import SignInForm
from .views import account, actions, duplicates, export, files, inbox, review, teamwork, upload

urlpatterns = [
    path("sign-in/", LoginView.as_view(authentication_form=SignInForm, redirect_authenticated_user=True), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", account.password, name="password"),
    path("", inbox.inbox, name="inbox"),
    path("live/", inbox.live, name="live"),
    path("samples/", inbox.samples, name="samples"),
    path("upload/", upload.upload, name="upload"),
    path("export/", export.export, name="export"),
    path("invoices/<int:invoice_id>/", review.review, name="review"),
    path("invoices/<int:invoice_id>/progress/", review.progress, name="progress"),
    path("invoices/<int:invoice_id>/fields/<slug:name>/", review.field_save, name="field-save"),
    path("invoices/<int:invoice_id>/fields/<slug:name>/preview/", review.field_preview, name="field-preview"),
    path("invoices/<int:invoice_id>/fields/<slug:name>/history/", review.field_history, name="field-history"),
    path("invoices/<int:invoice_id>/presence/", review.presence, name="presence"),
    path("field-order/", review.field_order, name="field-order"),
    path("invoices/<int:invoice_id>/approve/", actions.approve, name="approve"),
    path("invoices/<int:invoice_id>/reopen/", actions.reopen, name="reopen"),
    path("invoices/<int:invoice_id>/reject/", actions.reject, name="reject"),
    path("invoices/<int:invoice_id>/retry/", actions.retry, name="retry"),
    path("invoices/<int:invoice_id>/rejoin/", actions.rejoin, name="rejoin"),
    path("invoices/<int:invoice_id>/cancel/", actions.cancel, name="cancel"),
    path("invoices/<int:invoice_id>/delete/", actions.delete, name="delete"),
    path("invoices/<int:invoice_id>/restore/", actions.restore, name="restore"),
    path("invoices/<int:invoice_id>/unlock/", actions.unlock, name="unlock"),
    path("invoices/<int:invoice_id>/activity/", teamwork.activity, name="activity"),
    path("invoices/<int:invoice_id>/comments/", teamwork.comment, name="comment"),
    path("invoices/<int:invoice_id>/comments/<int:number>/delete/", teamwork.comment_delete, name="comment-delete"),
    path("invoices/<int:invoice_id>/assign/", teamwork.assign, name="assign"),
    path("invoices/<int:invoice_id>/hold/", teamwork.hold, name="hold"),
    path("invoices/<int:invoice_id>/unhold/", teamwork.unhold, name="unhold"),
    path("invoices/<int:invoice_id>/withdraw/", teamwork.withdraw, name="withdraw"),
    path("invoices/<int:invoice_id>/verify-bank/", teamwork.verify_bank, name="verify-bank"),
    path("invoices/<int:invoice_id>/seen/", teamwork.seen, name="seen"),
    path("invoices/<int:invoice_id>/duplicates/", duplicates.duplicates, name="duplicates"),
    path(
        "invoices/<int:invoice_id>/duplicates/<int:number>/reject/",
        duplicates.duplicate_reject,
        name="duplicate-reject",
    ),
    path("invoices/<int:invoice_id>/duplicates/<int:number>/keep/", duplicates.duplicate_keep, name="duplicate-keep"),
    path(
        "invoices/<int:invoice_id>/duplicates/<int:number>/unkeep/",
        duplicates.duplicate_unkeep,
        name="duplicate-unkeep",
    ),
    path("notifications/", teamwork.notifications, name="notifications"),
    path("notifications/bell/", teamwork.bell, name="bell"),
    path("notifications/read/", teamwork.notifications_read, name="notifications-read"),
    path("invoices/<int:invoice_id>/package/", files.package_original, name="package-original"),
    path("invoices/<int:invoice_id>/original/", files.original, name="original"),
    path("invoices/<int:invoice_id>/searchable.pdf", files.searchable, name="searchable"),
    path("invoices/<int:invoice_id>/pages/<int:number>/image/", files.page_image, name="page-image"),
    path("invoices/<int:invoice_id>/pages/<int:number>/words/", files.page_words, name="page-words"),
]
