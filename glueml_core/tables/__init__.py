"""Tables of records and label files, at `s3://` and `file://`, read and written whole."""
