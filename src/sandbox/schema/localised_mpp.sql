-- The localised user table as it is distributed, and what the flows behind it make.
create table shfin.loc_usr_m (month text not null, area_code text not null, usr_id integer not null, acct_id integer not null, prod_id integer not null, state_code text not null);
create table dwa_loc_usr_m (month text not null, area_code text not null, usr_id integer not null, acct_id integer not null, prod_id integer not null, state_code text not null);
create table dwa_loc_usr_area_m (month text not null, area_code text not null, state_code text not null, usr_count integer not null);
create table dwa_loc_usr_prod_m (month text not null, prod_id integer not null, usr_count integer not null);
