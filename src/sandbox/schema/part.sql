-- What billing delivers for one locality; AREA stands for its area code.
create table bill_AREA (month text not null, bill_id integer not null, acct_id integer not null, usr_id integer not null, amount integer not null);
create table bill_prod_AREA (month text not null, bill_id integer not null, prod_id integer not null, amount integer not null);
create table bill_item_AREA (month text not null, bill_id integer not null, item_code integer not null, amount integer not null);
create table bill_dtl4_AREA (month text not null, bill_id integer not null, item_code integer not null, line_no integer not null, quantity integer not null, amount integer not null);
create table rc_bill_dtl_AREA (day_id text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, amount integer not null);
create table prom_bill_AREA (day_id text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, amount integer not null);
create table srvc_dtl1_AREA (day_id text not null, usr_id integer not null, service_code text not null, call_count integer not null, call_seconds integer not null);
create table daily_bill_AREA (day_id text not null, usr_id integer not null, acct_id integer not null, amount integer not null);
create table usage_bill_AREA (day_id text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, quantity integer not null, amount integer not null);
create table bill_dtl3_AREA (day_id text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, amount integer not null);
