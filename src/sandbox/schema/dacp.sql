-- The scheduler's own table: a line for every time that a program was dispatched for a batch. Instants are milliseconds.
create table task (id integer primary key autoincrement, flow text not null, batch text not null, state text not null, waits_for text not null, token text not null, started integer, ends integer, reason text not null, log text not null);
create unique index task_of_token on task (token) where token <> '';
create index task_of_flow on task (flow, batch);
create index task_of_state on task (state, ends);
