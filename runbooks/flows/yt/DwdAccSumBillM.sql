-- DwdAccSumBillM: 账户合账(科目金额减调账),并写属地核对表 dwd_acc_sum_bill_m_check。
delete from dwd_acc_sum_bill_m where month = :month;
insert into dwd_acc_sum_bill_m (month, area_code, acct_id, item_amount, adjust_amount, sum_amount)
select f.month, f.area_code, f.acct_id, f.amount, coalesce(a.amount, 0), f.amount - coalesce(a.amount, 0)
from (select d.month, d.area_code, d.acct_id, sum(d.amount) as amount
      from dwd_acc_fin_item_dtl_m as d where d.month = :month group by d.month, d.area_code, d.acct_id) as f
left join (select r.acct_id, sum(r.amount) as amount from adjust_busi_rec as r where r.month = :month group by r.acct_id) as a
  on a.acct_id = f.acct_id;
delete from dwd_acc_sum_bill_m_check where month = :month;
insert into dwd_acc_sum_bill_m_check (month, area_code, acct_count, item_amount, adjust_amount, sum_amount)
select s.month, s.area_code, count(*), sum(s.item_amount), sum(s.adjust_amount), sum(s.sum_amount)
from dwd_acc_sum_bill_m as s
where s.month = :month
group by s.month, s.area_code;
