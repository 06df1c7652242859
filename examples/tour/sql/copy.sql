create table if not exists station (month text, code text, station_id integer, name text not null, primary key (month, station_id));
delete from station;
insert into station select * from source.station;
