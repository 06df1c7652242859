-- The distribution platform: what is copied where by which agent, and when. deal_stat: 0 to do, 1 sent to its agent, 99 done, -100 void.
create table disp_exp_cfg (cfg_id integer not null, object_name text not null, source_db text not null, agent_name text not null);
create table disp_imp_cfg (cfg_id integer not null, object_name text not null, target_db text not null, agent_name text not null);
create table disp_export_ctl (ctl_id integer not null, cfg_id integer not null, object_name text not null, acct_month text not null, agent_name text not null, deal_stat integer not null, end_time text);
create table disp_import_ctl (ctl_id integer not null, cfg_id integer not null, object_name text not null, acct_month text not null, agent_name text not null, deal_stat integer not null, end_time text);
create table disp_schedule (schedule_id integer not null, source_name text not null, object_name text not null, start_time text not null, enabled integer not null);
create table disp_process (server text not null, program text not null, state text not null, changed_at text not null);
