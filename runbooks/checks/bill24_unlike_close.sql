-- 24库上账单数或金额与出账结果不一致的属地数。
select count(*)
from bill_close as c
left join (select b.area_code, count(*) as bill_count, sum(b.amount) as bill_amount
           from bill as b where b.month = :month group by b.area_code) as f on f.area_code = c.area_code
where c.month = :month
  and (c.bill_count <> coalesce(f.bill_count, 0) or c.bill_amount <> coalesce(f.bill_amount, 0));
