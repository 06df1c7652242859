-- The localised user table, as the customer generates it.
create table loc_usr_m (month text not null, area_code text not null, usr_id integer not null, acct_id integer not null, prod_id integer not null, state_code text not null);
