"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from extraction.api.site import api

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("odata/v1", include("extraction.odata.urls")),
    path("", include("extraction.urls")),
]
