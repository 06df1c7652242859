-- The MPP database: what the customer maintains (schema shfin), what is distributed to it, and its own flows' results.
create table dwd_merge_bill_dtl4_m (month text not null, area_code text not null, bill_id integer not null, item_code integer not null, line_no integer not null, quantity integer not null, amount integer not null);
create table dwd_merge_bill_dtl4_m_check (month text not null, area_code text not null, line_count integer not null, amount integer not null);
create table shfin.r_vr011 (acct_month text not null, acc_item_code integer not null, acc_item_name text not null, item_type text not null, fin_item_code text not null);
create table shfin.stg_merge_bill_dtl4_m (month text not null, area_code text not null, bill_id integer not null, item_code integer not null, line_no integer not null, quantity integer not null, amount integer not null);
create table shfin.disp_import_ctl (object_name text not null, acct_month text not null, agent_name text not null, deal_stat integer not null, row_count integer not null, end_time text not null);
create table shfin.r_main_plan (acct_month text not null, plan_id integer not null, plan_name text not null, plan_type text not null, monthly_fee integer not null);
