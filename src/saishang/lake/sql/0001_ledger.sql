-- The ledger of the lake: which file brought which rows, what was refused, what was replaced, what is missing.
-- Plain PostgreSQL (no extension), so that the databases of the PostgreSQL family can run it too.
-- Times of observations are China Standard Time without zone; times of events (started_at …) carry a zone.

create table lake_batch (
    id            bigint generated always as identity primary key,
    source        text        not null,              -- id of the source description (rules/sources)
    file_name     text        not null,              -- what the file was called when it came
    sha256        char(64)    not null,              -- its bytes in the raw archive
    size_bytes    bigint      not null,
    recipe        char(64)    not null,              -- digest of reader version, source description and mapping
    reader        text        not null,              -- reader and its version, for people
    actor         text        not null default '',   -- who loaded it
    status        text        not null check (status in ('started', 'prepared', 'committed', 'aborted', 'refused')),
    started_at    timestamptz not null default now(),
    finished_at   timestamptz,
    rows_read     bigint      not null default 0,    -- data lines (rows) of the file
    accepted      bigint      not null default 0,    -- values that passed the reader: added + replaced + identical
    added         bigint      not null default 0,
    replaced      bigint      not null default 0,    -- see lake_supersession
    identical     bigint      not null default 0,    -- already there with the same value
    duplicates    bigint      not null default 0,    -- said twice, identically, inside the file
    rejected      bigint      not null default 0,    -- see lake_reject (the first ones) and the reject file (all)
    ignored       bigint      not null default 0,    -- cells not taken by declaration (derived values and the like)
    empty         bigint      not null default 0,    -- cells that say "no value"
    absent        bigint      not null default 0,    -- rows already there that this file's span covers and does not name
    first_start   timestamp,
    last_end      timestamp,
    months        text[]      not null default '{}',
    table_version bigint,                            -- version of the observations table with these rows
    notes         jsonb       not null default '{}',
    error         text        not null default ''
);
comment on table lake_batch is 'One file load. prepared = ledger rows written, table commit under way.';
create unique index lake_batch_once on lake_batch (sha256, source, recipe) where status in ('prepared', 'committed');
create index lake_batch_recent on lake_batch (started_at desc);
create index lake_batch_open on lake_batch (id) where status in ('started', 'prepared');

create table lake_reject (
    id          bigint generated always as identity primary key,
    batch       bigint not null references lake_batch (id) on delete cascade,
    line        integer not null,                    -- 1-based line (row) of the archived file
    cell        integer not null,                    -- 1-based column, 0 = the whole line
    column_name text   not null default '',
    content     text   not null default '',          -- what stood there, at most 200 characters
    code        text   not null,
    message     text   not null
);
create index lake_reject_batch on lake_reject (batch, line, cell);

create table lake_supersession (
    id            bigint generated always as identity primary key,
    batch         bigint    not null references lake_batch (id) on delete cascade,   -- the correcting batch
    source        text      not null,
    station       text      not null,
    parameter     text      not null,
    "start"       timestamp not null,
    "end"         timestamp not null,
    old_value     double precision,
    old_qualifier text,
    old_batch     bigint    not null,
    old_line      integer   not null,
    old_cell      integer   not null,
    new_value     double precision,
    new_qualifier text,
    new_line      integer   not null,
    new_cell      integer   not null
);
create index lake_supersession_batch on lake_supersession (batch);
create index lake_supersession_key on lake_supersession (station, parameter, "start");

create table lake_gap (
    source        text    not null,
    station       text    not null,
    parameter     text    not null,
    day           date    not null,
    expected      smallint not null,                 -- hours by the calendar while the station is open
    present       smallint not null,                 -- hours with a usable value
    not_sent      smallint not null,                 -- no file named the hour
    empty         smallint not null,                 -- a file named the hour and left it empty
    marked        smallint not null,                 -- the source marked the value as not usable
    rejected      smallint not null,                 -- the cell was there and could not be read
    removed_by_qc smallint not null,                 -- a quality test with action "exclude" took it out
    closed        smallint not null,                 -- calendar hours on which the station was not open
    table_version bigint  not null,
    computed_at   timestamptz not null default now(),
    primary key (source, station, parameter, day),
    check (expected + closed = 24),
    check (present + not_sent + empty + marked + rejected + removed_by_qc = expected)
);
create index lake_gap_day on lake_gap (day);

create table lake_quality_run (
    id            bigint generated always as identity primary key,
    status        text        not null check (status in ('started', 'finished', 'failed')),
    started_at    timestamptz not null default now(),
    finished_at   timestamptz,
    actor         text        not null default '',
    table_version bigint      not null,
    rules_digest  text        not null,
    "first"       timestamp   not null,
    "last"        timestamp   not null,
    parameters    jsonb       not null,              -- the tests as they were run
    error         text        not null default ''
);

create table lake_quality_result (
    run           bigint  not null references lake_quality_run (id) on delete cascade,
    test          text    not null,
    source        text    not null,
    station       text    not null,
    parameter     text    not null,
    passed        bigint  not null,
    flagged       bigint  not null,
    not_evaluated bigint  not null,
    reason        text    not null default '',       -- why rows were not evaluated
    primary key (run, test, source, station, parameter, reason)
);
comment on table lake_quality_result is 'Counts per test and series; not evaluated is a result of its own.';

create table lake_quality_flag (
    id        bigint generated always as identity primary key,
    run       bigint    not null references lake_quality_run (id) on delete cascade,
    test      text      not null,
    action    text      not null check (action in ('flag', 'exclude')),
    source    text      not null,
    station   text      not null,
    parameter text      not null,
    "start"   timestamp not null,
    "end"     timestamp not null,
    value     double precision,
    batch     bigint    not null,
    detail    text      not null default ''
);
comment on table lake_quality_flag is 'Append-only: flags are never changed; the newest finished run of a span counts.';
create index lake_quality_flag_key on lake_quality_flag (station, parameter, "start");
create index lake_quality_flag_run on lake_quality_flag (run, test);
