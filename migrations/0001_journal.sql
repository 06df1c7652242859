-- The journal. TEXT and BIGINT only, so that one text serves every database.
create table if not exists meta (name text primary key, value text not null);

-- One row a run. `plan` is what it runs by; the rest is what lists show, written with the event that changes it.
create table if not exists runs (
  id text primary key,
  runbook text not null,
  month text not null,
  plan text not null,
  status text not null,
  round bigint not null,
  started_at text not null,
  finished_at text,
  started_by text not null
);

-- The truth. A second writer of the same number loses: the primary key decides who was first.
create table if not exists events (
  run text not null,
  seq bigint not null,
  at text not null,
  body text not null,
  hash text not null,
  primary key (run, seq)
);

-- Letters that events called for, queued in the transaction of the event. `due_at` is in milliseconds of the epoch;
-- `fates` says what became of each address.
create table if not exists letters (
  id text primary key,
  run text not null,
  seq bigint not null,
  message_id text not null,
  recipients text not null,
  subject text not null,
  body_text text not null,
  body_html text not null,
  queued_at text not null,
  due_at bigint not null,
  status text not null,
  attempts bigint not null,
  fates text not null,
  error text
);
