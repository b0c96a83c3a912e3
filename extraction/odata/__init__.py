"""The data for BI tools as an OData v4 feed, read-only: Excel and Power BI open it with an address and a token."""
