-- 主策划维表: 甲方的主策划按属地展开,并入属地调整(改名改价、停售),同一事务里置完成标志。
delete from dim_main_plan where month = :month;
insert into dim_main_plan (month, area_code, plan_id, plan_name, plan_type, monthly_fee, adjusted)
select p.acct_month, l.area_code, p.plan_id, coalesce(a.local_name, p.plan_name), p.plan_type,
       coalesce(a.local_fee, p.monthly_fee), case when a.plan_id is null then 0 else 1 end
from SHFIN.RPT_MAIN_PLAN as p
cross join locality as l
left join main_plan_adjust as a on a.month = p.acct_month and a.area_code = l.area_code and a.plan_id = p.plan_id
where p.acct_month = :month and coalesce(a.withdrawn, 0) = 0;
delete from dim_done where month = :month and dim_name = 'DIM_MAIN_PLAN';
insert into dim_done (month, dim_name, row_count, checksum)
select d.month, 'DIM_MAIN_PLAN', count(*), sum(d.monthly_fee)
from dim_main_plan as d
where d.month = :month
group by d.month;
