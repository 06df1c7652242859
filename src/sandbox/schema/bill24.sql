-- Database 24: billing's own bills and its word on each locality's books.
create table bill (month text not null, area_code text not null, bill_id integer not null, amount integer not null);
create table bill_close (month text not null, area_code text not null, bill_count integer not null, bill_amount integer not null, verified integer not null);
