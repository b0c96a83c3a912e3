"""Addresses of the feed, below ``odata/v1/``."""

from django.urls import re_path

from . import views

urlpatterns = [
    re_path(r"^$", views.service, name="odata"),
    re_path(r"^\$metadata$", views.metadata, name="odata-metadata"),
    re_path(r"^(?P<name>\w+)/?$", views.entities, name="odata-entities"),
    re_path(r"^(?P<name>\w+)/\$count$", views.count, name="odata-count"),
    re_path(r"^(?P<name>\w+)\((?P<key>[^/]+)\)$", views.entity, name="odata-entity"),
    re_path(r"^(?P<rest>.*)$", views.nothing, name="odata-nothing"),
]
