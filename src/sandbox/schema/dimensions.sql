-- Dimensions that localities and customer maintain: base stations by file, main plans with each locality's adjustments.
create table dim_station (month text not null, station_id integer not null, station_name text not null, city text not null, area_code text not null, district text not null, longitude real not null, latitude real not null, cell_count integer not null, opened_day text not null);
create table main_plan_adjust (month text not null, area_code text not null, plan_id integer not null, local_name text not null, local_fee integer not null, withdrawn integer not null, reason text not null);
create table dim_main_plan (month text not null, area_code text not null, plan_id integer not null, plan_name text not null, plan_type text not null, monthly_fee integer not null, adjusted integer not null);
create table dim_done (month text not null, dim_name text not null, row_count integer not null, checksum integer not null);
create table SHFIN.RPT_MAIN_PLAN (acct_month text not null, plan_id integer not null, plan_name text not null, plan_type text not null, monthly_fee integer not null);
