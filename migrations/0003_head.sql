-- The hash of a run's last event, written with it: events that were taken from a journal's end are missed by it.
alter table runs add column head text;
update runs set head = (select hash from events where events.run = runs.id order by seq desc limit 1);
