-- 切换之前: 未完成也未作废的行数,和切换之后目标代理应有的待办数。
select replace(:today, '-', '') as day,
       (select count(*) from disp_exp_cfg where agent_name = :from_export) as exp_cfg,
       (select count(*) from disp_imp_cfg where agent_name = :from_import) as imp_cfg,
       (select count(*) from disp_export_ctl where agent_name = :from_export and deal_stat not in (99, -100)) as exports,
       (select count(*) from disp_import_ctl where agent_name = :from_import and deal_stat not in (99, -100)) as imports,
       (select count(*) from disp_export_ctl where agent_name = :from_export and deal_stat in (99, -100)) as exports_closed,
       (select count(*) from disp_import_ctl where agent_name = :from_import and deal_stat in (99, -100)) as imports_closed,
       (select count(*) from disp_export_ctl where agent_name = :from_export and deal_stat not in (99, -100))
         + (select count(*) from disp_export_ctl where agent_name = :to_export and deal_stat = 0) as exports_to_do,
       (select count(*) from disp_import_ctl where agent_name = :from_import and deal_stat not in (99, -100))
         + (select count(*) from disp_import_ctl where agent_name = :to_import and deal_stat = 0) as imports_to_do;
