"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from .forms import SignInForm
from .views import account, actions, desk, export, files, inbox, review, upload

urlpatterns = [
    path("sign-in/", LoginView.as_view(authentication_form=SignInForm, redirect_authenticated_user=True), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", account.password, name="password"),
    path("", inbox.inbox, name="inbox"),
    path("live/", inbox.live, name="live"),
    path("live/news/", inbox.news, name="news"),
    path("samples/", desk.samples, name="samples"),
    path("bulk/", desk.bulk, name="bulk"),
    path("bulk/<int:act_id>/undo/", desk.bulk_undo, name="bulk-undo"),
    path("columns/", desk.columns_save, name="columns"),
    path("vendors/", desk.vendors, name="vendors"),
    path("views/", desk.view_create, name="view-create"),
    path("views/counts/", desk.view_counts, name="view-counts"),
    path("views/<int:view_id>/", desk.view_update, name="view-update"),
    path("views/<int:view_id>/delete/", desk.view_delete, name="view-delete"),
    path("upload/", upload.upload, name="upload"),
    path("export/", export.export, name="export"),
    path("invoices/<int:invoice_id>/", review.review, name="review"),
    path("invoices/<int:invoice_id>/progress/", review.progress, name="progress"),
    path("invoices/<int:invoice_id>/fields/<slug:name>/", review.field_save, name="field-save"),
    path("invoices/<int:invoice_id>/approve/", actions.approve, name="approve"),
    path("invoices/<int:invoice_id>/reopen/", actions.reopen, name="reopen"),
    path("invoices/<int:invoice_id>/reject/", actions.reject, name="reject"),
    path("invoices/<int:invoice_id>/retry/", actions.retry, name="retry"),
    path("invoices/<int:invoice_id>/rejoin/", actions.rejoin, name="rejoin"),
    path("invoices/<int:invoice_id>/cancel/", actions.cancel, name="cancel"),
    path("invoices/<int:invoice_id>/delete/", actions.delete, name="delete"),
    path("invoices/<int:invoice_id>/restore/", actions.restore, name="restore"),
    path("invoices/<int:invoice_id>/unlock/", actions.unlock, name="unlock"),
    path("invoices/<int:invoice_id>/package/", files.package_original, name="package-original"),
    path("invoices/<int:invoice_id>/original/", files.original, name="original"),
    path("invoices/<int:invoice_id>/searchable.pdf", files.searchable, name="searchable"),
    path("invoices/<int:invoice_id>/pages/<int:number>/image/", files.page_image, name="page-image"),
    path("invoices/<int:invoice_id>/pages/<int:number>/words/", files.page_words, name="page-words"),
]
