"""Triggers that note every change of a watched table, in the transaction of the change.

They are per statement: an import of 200,000 rows costs one insertion. They look at nothing but the table, so that no
way to change it (action, bulk insertion, correction by hand) passes the index by.
"""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from saishang.apps.search.providers import providers

__all__ = ["install"]

#: Notes the keys of the rows that a statement changed; arguments: kind, expression of the key.
_FUNCTION = """
create or replace function search_note_change() returns trigger language plpgsql as $body$
begin
    execute format(
        'insert into search_waitingchange (kind, key)'
        ' select distinct %L, (%s)::text from changed where (%s) is not null',
        tg_argv[0], tg_argv[1], tg_argv[1]
    );
    return null;
end
$body$
"""
_EVENTS = {"insert": "new", "update": "new", "delete": "old"}


def install() -> None:
    """Put the triggers of all providers in place, and take away those that nobody declares any more."""
    wanted = {
        (watch.table, f"search_{kind}_{number}_{event}"): (kind, watch.key, event)
        for kind, provider in providers().items()
        for number, watch in enumerate(provider.watch)
        for event in _EVENTS
    }
    with connection.cursor() as cursor:
        cursor.execute(_FUNCTION)
        cursor.execute(
            "select c.relname, t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
            " join pg_proc p on p.oid = t.tgfoid join pg_namespace n on n.oid = c.relnamespace"
            " where p.proname = 'search_note_change' and n.nspname = current_schema()"
        )
        for table, name in cursor.fetchall():
            cursor.execute(sql.SQL("drop trigger {} on {}").format(sql.Identifier(name), sql.Identifier(table)))
        tables = set(connection.introspection.table_names(cursor))
        for (table, name), (kind, key, event) in wanted.items():
            if table not in tables:  # migrations are being applied one app at a time
                continue
            cursor.execute(
                sql.SQL(
                    "create trigger {} after {} on {} referencing {} table as changed"
                    " for each statement execute function search_note_change({}, {})"
                ).format(
                    sql.Identifier(name), sql.SQL(event), sql.Identifier(table), sql.SQL(_EVENTS[event]),
                    sql.Literal(kind), sql.Literal(key),
                )
            )  # fmt: skip
