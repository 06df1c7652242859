-- DwdAccOweM: 账户当月账单、已销和欠费。
delete from dwd_acc_owe_m where month = :month;
insert into dwd_acc_owe_m (month, area_code, acct_id, billed_amount, paid_amount, owe_amount)
select b.month, b.area_code, b.acct_id, b.amount, coalesce(w.amount, 0), b.amount - coalesce(w.amount, 0)
from (select m.month, m.area_code, m.acct_id, sum(m.amount) as amount
      from dwd_merge_bill_m as m where m.month = :month group by m.month, m.area_code, m.acct_id) as b
left join (select r.acct_id, sum(r.amount) as amount from writeoff_rec as r where r.month = :month and r.reversed = 0 group by r.acct_id) as w
  on w.acct_id = b.acct_id;
