"""What the feed offers, in CSDL: one entity set for each table of ``extraction.bi.schema``."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

from extraction.bi.schema import TABLES, Column, Table, Type

NAMESPACE = "Invoicelens"
EDM: dict[Type, str] = {
    Type.INTEGER: 'Type="Edm.Int64"',
    Type.TEXT: 'Type="Edm.String"',
    Type.DECIMAL: 'Type="Edm.Decimal" Precision="22" Scale="4"',
    Type.FLOAT: 'Type="Edm.Double"',
    Type.DATE: 'Type="Edm.Date"',
    Type.INSTANT: 'Type="Edm.DateTimeOffset" Precision="6"',
    Type.BOOLEAN: 'Type="Edm.Boolean"',
}
VOCABULARY = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml"


def metadata_xml() -> str:
    types = "".join(_entity_type(table) for table in TABLES)
    sets = "".join(f'<EntitySet Name="{table.name}" EntityType="{NAMESPACE}.{table.name}"/>' for table in TABLES)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">'
        f'<edmx:Reference Uri="{VOCABULARY}">'
        '<edmx:Include Namespace="Org.OData.Core.V1" Alias="Core"/></edmx:Reference>'
        f'<edmx:DataServices><Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
        f'{types}<EntityContainer Name="Container">{sets}</EntityContainer>'
        "</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _entity_type(table: Table) -> str:
    properties = "".join(_property(table, column) for column in table.columns)
    key = f'<Key><PropertyRef Name="{table.key}"/></Key>'
    return f'<EntityType Name="{table.name}">{key}{properties}{_about(table.about)}</EntityType>'


def _property(table: Table, column: Column) -> str:
    nullable = "false" if column.name == table.key else "true"
    return f'<Property Name="{column.name}" {EDM[column.type]} Nullable="{nullable}">{_about(column.about)}</Property>'


def _about(text: str) -> str:
    return f'<Annotation Term="Core.Description" String={quoteattr(text)}/>'


def service_document(root: str) -> dict[str, Any]:
    sets = [{"name": table.name, "kind": "EntitySet", "url": table.name} for table in TABLES]
    return {"@odata.context": f"{root}$metadata", "value": sets}
