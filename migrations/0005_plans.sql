-- A plan is as long as its runbook and never changes; the row of its run is written with every event.
create table if not exists plans (run text primary key, body text not null);
insert into plans (run, body) select id, plan from runs;
alter table runs drop column plan;
