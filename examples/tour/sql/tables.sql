create table if not exists station (month text, city text, station_id integer, primary key (month, city, station_id));
create table if not exists delivery (month text primary key, city_count integer);
