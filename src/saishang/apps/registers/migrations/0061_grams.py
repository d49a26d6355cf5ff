"""Text of entries by grams: pairs of characters, and four digits in a row, with kind, region and state.

A number such as 12345 has pairs that stand in most keys; its runs of four stand in few. Kind, region and state are
grams like others, so that one index meets them together with the text.
"""

from django.db import migrations

# Pairs are cut by two passes of one pattern, from the first character and from the second on: a third of the time that
# taking the text apart takes. What is left over at an end (a single character, nothing) is a gram that nobody asks for.
# \x01 stands in no text: control characters are refused.
MAKE = r"""
create function registers_grams(kind text, region text, state text, words text) returns text[]
language sql immutable parallel safe cost 1000 as $$
  select string_to_array(
    regexp_replace(words, '(..)', E'\\1\x01', 'g') || E'\x01'
      || regexp_replace(substr(words, 2), '(..)', E'\\1\x01', 'g')
      || E'\x01#' || kind || E'\x01@' || region || E'\x01=' || state, E'\x01'
  ) || array(
    select substr(run[1], place, 4)
    from regexp_matches(words, '([0-9]{4,})', 'g') run, generate_series(1, length(run[1]) - 3) place)
$$;
create index registers_entry_grams on registers_entry using gin (registers_grams(kind, region, state, words));
drop index if exists registers_entry_pairs;
drop function registers_pairs(text);
create function registers_found(
  grams text[], regions text[], states text[], parts text[], of_kind text, gone boolean, most int)
returns table (id bigint, key text) language plpgsql stable
set work_mem = '64MB' set enable_seqscan = off set enable_indexscan = off as $$
begin
  return query
    select e.id, e.key::text from registers_entry e
    where registers_grams(e.kind, e.region, e.state, e.words) @> grams
      and (regions is null or registers_grams(e.kind, e.region, e.state, e.words) && regions)
      and (states is null or registers_grams(e.kind, e.region, e.state, e.words) && states)
      and e.kind = of_kind and (gone or not e.withdrawn) and e.words like all(parts)
    limit most;
end
$$;
analyze registers_entry;
"""
UNDO = """
drop function registers_found(text[], text[], text[], text[], text, boolean, int);
drop index registers_entry_grams;
drop function registers_grams(text, text, text, text);
create function registers_pairs(words text) returns text[]
language sql immutable parallel safe cost 1000 as $$
  select array(
    select a || b
    from rows from (unnest(string_to_array(words, null)), unnest((string_to_array(words, null))[2:])) as t (a, b)
    where b is not null)
$$;
create index registers_entry_pairs on registers_entry using gin (registers_pairs(words));
"""


class Migration(migrations.Migration):
    dependencies = [("registers", "0060_terms")]

    operations = [migrations.RunSQL(MAKE, UNDO)]
