-- Reasons of refusals in any language: the reason's name and what fills its text (lake/reasons.py); the English text
-- stays beside it. Rows from before have no parameters and keep their English text.
alter table lake_reject add column params jsonb not null default '{}';
comment on column lake_reject.params is 'reason = name in lake/reasons.py, and the parameters of its text';
