-- Every query of the ledger once, with a name and why it is there. Parameters are psycopg's %(name)s.

-- name: find_batch
-- The committed batch that already holds these bytes, read the same way.
select * from lake_batch
where sha256 = %(sha256)s and source = %(source)s and recipe = %(recipe)s and status = 'committed'
order by id desc limit 1;

-- name: start_batch
insert into lake_batch (source, file_name, sha256, size_bytes, recipe, reader, actor, status)
values (%(source)s, %(file_name)s, %(sha256)s, %(size_bytes)s, %(recipe)s, %(reader)s, %(actor)s, 'started')
returning *;

-- name: prepare_batch
-- Written in one transaction with the rejects and supersessions, before the table commit.
update lake_batch set
    status = 'prepared', rows_read = %(rows_read)s, accepted = %(accepted)s, added = %(added)s,
    replaced = %(replaced)s, identical = %(identical)s, duplicates = %(duplicates)s, rejected = %(rejected)s,
    ignored = %(ignored)s, empty = %(empty)s, absent = %(absent)s, first_start = %(first_start)s,
    last_end = %(last_end)s, months = %(months)s, notes = %(notes)s
where id = %(id)s and status = 'started'
returning *;

-- name: finish_batch
update lake_batch set status = 'committed', finished_at = now(), table_version = %(table_version)s
where id = %(id)s and status in ('started', 'prepared', 'aborted')
returning *;

-- name: end_batch
-- A batch that brings nothing: aborted (can be tried again) or refused (the file is unusable).
update lake_batch set
    status = %(status)s, finished_at = now(), error = %(error)s, rows_read = %(rows_read)s, rejected = %(rejected)s,
    notes = %(notes)s
where id = %(id)s and status in ('started', 'prepared')
returning *;

-- name: open_batches
-- Batches that a process is working on, or that a process left behind when it died.
select * from lake_batch where status in ('started', 'prepared') order by id;

-- name: aborted_prepared
-- Aborted lately after their rows were decided: the table's log has the last word on them.
select * from lake_batch
where status = 'aborted' and months <> '{}' and finished_at > now() - interval '2 days' order by id;

-- name: batch
select * from lake_batch where id = %(id)s;

-- name: mappings
-- Newest description of each source that was loaded by a mapping file.
select distinct on (source) source, notes -> 'mapping' as document from lake_batch
where status = 'committed' and notes ? 'mapping' order by source, id desc;

-- name: lock
select pg_advisory_lock(hashtextextended(%(name)s, 0));

-- name: try_lock
select pg_try_advisory_lock(hashtextextended(%(name)s, 0)) as got;

-- name: unlock
select pg_advisory_unlock(hashtextextended(%(name)s, 0));

-- name: still_here
-- A process whose connection was lost holds no locks any more and must not commit.
select status from lake_batch where id = %(id)s;

-- name: rejects
select line, cell, column_name, content, code, message, params from lake_reject
where batch = %(batch)s order by line, cell, id limit %(limit)s offset %(offset)s;

-- name: supersessions
select * from lake_supersession where batch = %(batch)s order by id limit %(limit)s offset %(offset)s;
