-- The state folder that is sending a letter, until it is known how that ended.
alter table letters add column sender text;
