-- 一体机上账单数或金额与控制表不一致的属地数。
select count(*)
from bill_ctl as c
left join (
  select '025' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_025 as b where b.month = :month
  union all
  select '0510' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0510 as b where b.month = :month
  union all
  select '0516' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0516 as b where b.month = :month
  union all
  select '0519' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0519 as b where b.month = :month
  union all
  select '0512' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0512 as b where b.month = :month
  union all
  select '0513' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0513 as b where b.month = :month
  union all
  select '0518' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0518 as b where b.month = :month
  union all
  select '0517' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0517 as b where b.month = :month
  union all
  select '0515' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0515 as b where b.month = :month
  union all
  select '0514' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0514 as b where b.month = :month
  union all
  select '0511' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0511 as b where b.month = :month
  union all
  select '0523' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0523 as b where b.month = :month
  union all
  select '0527' as area_code, count(*) as bill_count, sum(b.amount) as bill_amount from bill_0527 as b where b.month = :month
) as f on f.area_code = c.area_code
where c.month = :month
  and (c.bill_count <> coalesce(f.bill_count, 0) or c.bill_amount <> coalesce(f.bill_amount, 0));
