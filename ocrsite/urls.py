"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from extraction.api.site import api
from extraction.odata import views as odata

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("odata/v1", odata.service),  # as people type it: a redirect would lose the token
    path("odata/v1/", include("extraction.odata.urls")),
    path("", include("extraction.urls")),
]
