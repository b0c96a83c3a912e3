"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from .forms import SignInForm
from .views import account, actions, export, export_profiles, exports, files, inbox, review, upload

urlpatterns = [
    path("sign-in/", LoginView.as_view(authentication_form=SignInForm, redirect_authenticated_user=True), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", account.password, name="password"),
    path("", inbox.inbox, name="inbox"),
    path("live/", inbox.live, name="live"),
    path("samples/", inbox.samples, name="samples"),
    path("upload/", upload.upload, name="upload"),
    path("export/", export.export, name="export"),
    path("exports/", exports.exports, name="exports"),
    path("exports/preview/", exports.preview, name="export-preview"),
    path("exports/start/", exports.start, name="export-start"),
    path("exports/<int:batch_id>/", exports.batch, name="export-batch"),
    path("exports/<int:batch_id>/file/", exports.download, name="export-file"),
    path("exports/<int:batch_id>/undo/", exports.undo, name="export-undo"),
    path("exports/profiles/", export_profiles.profiles, name="export-profiles"),
    path("exports/profiles/new/", export_profiles.profile_new, name="export-profile-new"),
    path("exports/profiles/<int:profile_id>/", export_profiles.profile, name="export-profile"),
    path("exports/profiles/<int:profile_id>/copy/", export_profiles.profile_copy, name="export-profile-copy"),
    path("exports/profiles/<int:profile_id>/delete/", export_profiles.profile_delete, name="export-profile-delete"),
    path("exports/codes/", export_profiles.codes, name="vendor-codes"),
    path("exports/codes/import/", export_profiles.codes_import, name="vendor-codes-import"),
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
