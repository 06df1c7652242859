create table if not exists station (month text, code text, station_id integer, name text not null, primary key (month, station_id));
create table if not exists delivery (month text primary key, cities integer);
