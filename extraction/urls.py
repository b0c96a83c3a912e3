"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from .forms import SignInForm
from .views import account, actions, export, files, inbound, inbox, members, review, settings, upload

urlpatterns = [
    path("sign-in/", LoginView.as_view(authentication_form=SignInForm, redirect_authenticated_user=True), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", account.password, name="password"),
    path("welcome/<uidb64>/<token>/", members.Welcome.as_view(), name="welcome"),
    path("profile/", account.profile, name="profile"),
    path("guide/", account.guide, name="guide"),
    path("workspace/", account.workspace_choose, name="workspace-choose"),
    path("workspace/new/", account.workspace_new, name="workspace-new"),
    path("settings/", settings.settings_home, name="settings"),
    path("settings/company/", settings.company, name="settings-company"),
    path("settings/read-again/", settings.reread, name="settings-reread"),
    path("settings/members/", members.members, name="settings-members"),
    path("settings/members/<int:member_id>/", members.member_change, name="settings-member"),
    path("settings/fields/", settings.fields, name="settings-fields"),
    path("settings/approval/", settings.approval, name="settings-approval"),
    path("settings/limits/", settings.limits, name="settings-limits"),
    path("settings/inbound/", inbound.sources, name="settings-inbound"),
    path("settings/inbound/mailbox/", inbound.mailbox, name="settings-mailbox-new"),
    path("settings/inbound/mailbox/<int:mailbox_id>/", inbound.mailbox, name="settings-mailbox"),
    path("settings/inbound/mailbox/<int:mailbox_id>/do/", inbound.mailbox_do, name="settings-mailbox-do"),
    path("settings/inbound/folder/<int:folder_id>/do/", inbound.folder_do, name="settings-folder-do"),
    path("settings/activity/", settings.activity, name="settings-activity"),
    path("", inbox.inbox, name="inbox"),
    path("live/", inbox.live, name="live"),
    path("samples/", inbox.samples, name="samples"),
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
