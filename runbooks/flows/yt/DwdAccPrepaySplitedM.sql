-- DwdAccPrepaySplitedM: 客户的预存款平分到其各账户,除不尽的分按账户次序各加一分。
delete from dwd_acc_prepay_splited_m where month = :month;
insert into dwd_acc_prepay_splited_m (month, area_code, prepay_id, cust_id, acct_id, amount, billed_amount)
select p.month, p.area_code, p.prepay_id, p.cust_id, a.acct_id,
       (p.amount - p.amount % n.acct_count) / n.acct_count + case when a.acct_seq <= p.amount % n.acct_count then 1 else 0 end,
       coalesce(f.amount, 0)
from prepay as p
join acct as a on a.cust_id = p.cust_id
join (select c.cust_id, count(*) as acct_count from acct as c group by c.cust_id) as n on n.cust_id = p.cust_id
left join (select d.acct_id, sum(d.amount) as amount from dwd_acc_fin_item_dtl_m as d where d.month = :month group by d.acct_id) as f
  on f.acct_id = a.acct_id
where p.month = :month;
