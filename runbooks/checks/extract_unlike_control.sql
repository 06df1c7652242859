-- 抽取到的行数或金额与控制表不一致的接口数。
select count(*)
from month_init_ctl as c
left join (select e.interface_name, count(*) as row_count, sum(e.amount) as amount
           from mc_extract as e where e.month = :month group by e.interface_name) as f on f.interface_name = c.interface_name
where c.month = :month
  and (c.row_count <> coalesce(f.row_count, 0) or c.amount <> coalesce(f.amount, 0));
