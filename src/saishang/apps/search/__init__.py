"""Search over everything (全文检索): one index in PostgreSQL, fed by what each app says of its own objects."""
