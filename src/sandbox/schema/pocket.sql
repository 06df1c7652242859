-- The accounts' pockets. Billing replaces this table whole, so between drop and create it is missing.
create table pocket (month text not null, area_code text not null, pocket_id integer not null, acct_id integer not null, pocket_type text not null, balance_begin integer not null, income integer not null, outgo integer not null);
