-- 所订主策划在本属地维表里没有的用户数。
select count(*)
from usr as u
left join dim_main_plan as d on d.month = :month and d.area_code = u.area_code and d.plan_id = u.prod_id
where d.plan_id is null;
