"""The REST API: other programs do here what people do on the pages, by the same services and permissions."""
