-- Numbers that checks and loads saw, by step, series and accounting month: what later months are compared with.
create table if not exists numbers (
  step text not null,
  series text not null,
  month text not null,
  value text not null,
  run text not null,
  seq bigint not null,
  primary key (step, series, month)
);
