-- DwdAccPrepaySplitedD: 月末日的预存款平分到客户各账户(余分按次序),附账户当日费用。
delete from dwd_acc_prepay_splited_d where day_id = :batch;
insert into dwd_acc_prepay_splited_d (day_id, area_code, prepay_id, cust_id, acct_id, amount, charged_amount)
select :batch, p.area_code, p.prepay_id, p.cust_id, a.acct_id,
       (p.amount - p.amount % n.acct_count) / n.acct_count + case when a.acct_seq <= p.amount % n.acct_count then 1 else 0 end,
       coalesce(i.amount, 0)
from prepay as p
join acct as a on a.cust_id = p.cust_id
join (select c.cust_id, count(*) as acct_count from acct as c group by c.cust_id) as n on n.cust_id = p.cust_id
left join (select d.acct_id, sum(d.amount) as amount from dwd_acc_item_dtl_d as d where d.day_id = :batch group by d.acct_id) as i
  on i.acct_id = a.acct_id
where p.month = :month and p.pay_day = :month_last_day;
