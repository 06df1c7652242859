-- 维表行数与 主策划数×13-停售数 之差。
select abs((select count(*) from dim_main_plan as d where d.month = :month)
         - (select count(*) * 13 from SHFIN.RPT_MAIN_PLAN as p where p.acct_month = :month)
         + (select count(*) from main_plan_adjust as a where a.month = :month and a.withdrawn = 1));
