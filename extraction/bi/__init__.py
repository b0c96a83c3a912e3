"""The data as a star schema for BI tools: SQL views with stable names, and snapshots of them as Parquet."""

from .views import VIEWS, view_sql, views_create, views_drop

__all__ = ["VIEWS", "view_sql", "views_create", "views_drop"]
