-- The appliance: what billing delivers, what the flows make of it. Money is whole cents; a day is text, 2026-10-31 or 20261031.
create table locality (area_code text not null, city text not null);
create table cust (cust_id integer not null, area_code text not null);
create table acct (acct_id integer not null, cust_id integer not null, acct_seq integer not null, area_code text not null);
create table usr (usr_id integer not null, acct_id integer not null, area_code text not null, prod_id integer not null);
create table usr_state (usr_id integer not null, area_code text not null, state_code text not null, valid_from text not null, valid_to text not null);
create table grp (grp_id integer not null, area_code text not null, grp_name text not null, created_day text not null);
create table grp_mem (grp_id integer not null, usr_id integer not null, prod_id integer not null, joined_day text not null, left_day text not null);
create table grp_srv_attr (grp_id integer not null, attr_code text not null, attr_value text not null, valid_from text not null, valid_to text not null);
create table fin_item_map (item_code integer not null, fin_item_code text not null);
create table ivr_node_cfg (node_id integer not null, parent_id integer not null, node_name text not null, acc_item_code integer not null);
create table csr_skill_cfg (skill_id integer not null, skill_name text not null, item_type text not null);
create table wms_nav_tree (node_id integer not null, parent_id integer not null, node_title text not null, acc_item_code integer not null);

create table bill_ctl (month text not null, area_code text not null, bill_count integer not null, bill_amount integer not null);
create table prepay (month text not null, pay_day text not null, prepay_id integer not null, cust_id integer not null, area_code text not null, amount integer not null);
create table writeoff_rec (month text not null, area_code text not null, writeoff_id integer not null, bill_id integer not null, acct_id integer not null, amount integer not null, reversed integer not null);
create table adjust_busi_rec (month text not null, area_code text not null, adjust_id integer not null, acct_id integer not null, reason_code text not null, amount integer not null);
create table grp_adjust (month text not null, area_code text not null, adjust_id integer not null, grp_id integer not null, amount integer not null);

create table dim_acc_item_code (month text not null, acc_item_code integer not null, acc_item_name text not null, item_type text not null, fin_item_code text not null);
create table dim_evt_ivr_node (month text not null, node_id integer not null, parent_id integer not null, node_name text not null, acc_item_name text not null);
create table dim_evt_csr_skill (month text not null, skill_id integer not null, skill_name text not null, item_type text not null, item_count integer not null);
create table dim_acc_wms_navtreemap (month text not null, node_id integer not null, parent_id integer not null, node_title text not null, acc_item_code integer not null, fin_item_code text not null);

create table dwd_merge_bill_m (month text not null, area_code text not null, bill_id integer not null, acct_id integer not null, usr_id integer not null, amount integer not null);
create table dwd_merge_bill_prod_m (month text not null, area_code text not null, bill_id integer not null, prod_id integer not null, amount integer not null);
create table dwd_merge_bill_item_m (month text not null, area_code text not null, bill_id integer not null, item_code integer not null, amount integer not null);
create table dwd_merge_bill_dtl4_m (month text not null, area_code text not null, bill_id integer not null, item_code integer not null, line_no integer not null, quantity integer not null, amount integer not null);
create table dwd_acc_fin_item_dtl_m (month text not null, area_code text not null, acct_id integer not null, fin_item_code text not null, item_count integer not null, amount integer not null);
create table dwd_acc_prepay_splited_m (month text not null, area_code text not null, prepay_id integer not null, cust_id integer not null, acct_id integer not null, amount integer not null, billed_amount integer not null);
create table dwd_svc_grp_mem_prod_m (month text not null, area_code text not null, grp_id integer not null, usr_id integer not null, prod_id integer not null, billed_amount integer not null);
create table dwd_svc_grp_srv_attr_m (month text not null, area_code text not null, grp_id integer not null, attr_code text not null, attr_value text not null);
create table dwd_svc_usr_oxxtate_m (month text not null, area_code text not null, usr_id integer not null, state_code text not null, billed_amount integer not null);
create table dwd_prty_grp_info_m (month text not null, area_code text not null, grp_id integer not null, grp_name text not null, member_count integer not null, attr_count integer not null);
create table dwd_acc_writeoff_rec_m (month text not null, area_code text not null, writeoff_id integer not null, bill_id integer not null, acct_id integer not null, amount integer not null);
create table dwd_acc_adjust_busi_rec_dm_m (month text not null, area_code text not null, acct_id integer not null, reason_code text not null, adjust_count integer not null, amount integer not null);
create table dwd_acc_pocket_m (month text not null, area_code text not null, acct_id integer not null, pocket_type text not null, balance_begin integer not null, income integer not null, outgo integer not null, balance_end integer not null);
create table dwd_acc_sum_bill_m (month text not null, area_code text not null, acct_id integer not null, item_amount integer not null, adjust_amount integer not null, sum_amount integer not null);
create table dwd_acc_sum_bill_m_check (month text not null, area_code text not null, acct_count integer not null, item_amount integer not null, adjust_amount integer not null, sum_amount integer not null);
create table dwd_acc_grp_adjust_m (month text not null, area_code text not null, grp_id integer not null, adjust_count integer not null, amount integer not null);
create table dwd_acc_grp_owe_info_m (month text not null, area_code text not null, grp_id integer not null, billed_amount integer not null, paid_amount integer not null, owe_amount integer not null);
create table dwd_acc_owe_m (month text not null, area_code text not null, acct_id integer not null, billed_amount integer not null, paid_amount integer not null, owe_amount integer not null);

create table dwd_merge_rc_bill_dtl_d (day_id text not null, area_code text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, amount integer not null);
create table dwd_merge_prom_bill_d (day_id text not null, area_code text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, amount integer not null);
create table dwd_merge_srvc_dtl1_d (day_id text not null, area_code text not null, usr_id integer not null, service_code text not null, call_count integer not null, call_seconds integer not null);
create table dwd_merge_daily_bill_d (day_id text not null, area_code text not null, usr_id integer not null, acct_id integer not null, amount integer not null);
create table dwd_merge_usage_billt_d (day_id text not null, area_code text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, quantity integer not null, amount integer not null);
create table dwd_merge_bill_dtl3_d (day_id text not null, area_code text not null, usr_id integer not null, acct_id integer not null, item_code integer not null, amount integer not null);
create table dwd_acc_item_dtl_d (day_id text not null, area_code text not null, acct_id integer not null, item_code integer not null, amount integer not null);
create table dwd_acc_fin_item_dtl_d (day_id text not null, area_code text not null, acct_id integer not null, fin_item_code text not null, amount integer not null);
create table dwd_acc_prepay_splited_d (day_id text not null, area_code text not null, prepay_id integer not null, cust_id integer not null, acct_id integer not null, amount integer not null, charged_amount integer not null);

create table dwd_month_done (month text not null, day_id text not null, acct_count integer not null, sum_amount integer not null);

-- Only sandboxes need this as a table: on the real appliance it is the dictionary's view.
create table all_objects (owner text not null, object_name text not null, object_type text not null, last_ddl_time text not null);

-- Beside it, attached as SHFIN: what the distribution platform brings.
create table SHFIN.RPT_VR011 (acct_month text not null, acc_item_code integer not null, acc_item_name text not null, item_type text not null, fin_item_code text not null);
create table SHFIN.DISP_IMPORT_CTL (object_name text not null, acct_month text not null, agent_name text not null, deal_stat integer not null, row_count integer not null, end_time text not null);
