-- Simulated billing: its draft books, which interface takes which items, what was extracted, and the interfaces' control table.
create table sim_bill (month text not null, area_code text not null, usr_id integer not null, item_code integer not null, amount integer not null);
create table month_init_item (init_kind text not null, interface_name text not null, item_code integer not null);
create table month_init_ctl (month text not null, init_kind text not null, interface_name text not null, deal_stat integer not null, row_count integer not null, amount integer not null);
create table mc_extract (month text not null, interface_name text not null, area_code text not null, usr_id integer not null, item_code integer not null, amount integer not null);
