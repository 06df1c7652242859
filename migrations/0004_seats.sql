-- Who drives a run, on a server that several machines share. Each one that takes a run over has the next epoch; `until`
-- is in milliseconds of the epoch by the server's clock; `home` is the state folder that the engine works in.
create table if not exists seats (
  run text primary key,
  epoch bigint not null,
  host text not null,
  pid bigint not null,
  home text not null,
  until bigint not null
);

-- Places on platforms that run a limited number of flows, over all runs. A place whose run has gone on in another epoch,
-- or whose seat has run out, is free.
create table if not exists places (
  platform text not null,
  place bigint not null,
  run text not null,
  epoch bigint not null,
  primary key (platform, place)
);
