-- 没有照属地调整的: 改名改价没并入的,停售了还在的。
select count(*)
from main_plan_adjust as a
left join dim_main_plan as d on d.month = a.month and d.area_code = a.area_code and d.plan_id = a.plan_id
where a.month = :month
  and ((a.withdrawn = 1 and d.plan_id is not null)
       or (a.withdrawn = 0 and (d.plan_id is null or d.plan_name <> a.local_name or d.monthly_fee <> a.local_fee)));
