-- 各属地的主策划数、调整数、停售数与月费合计(分)。
select l.city, count(d.plan_id) as plans, sum(d.adjusted) as adjusted,
       (select count(*) from main_plan_adjust as a
        where a.month = :month and a.area_code = l.area_code and a.withdrawn = 1) as withdrawn,
       sum(d.monthly_fee) as fees
from locality as l
left join dim_main_plan as d on d.area_code = l.area_code and d.month = :month
group by l.area_code, l.city
order by l.area_code;
