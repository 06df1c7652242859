-- DwdAccGrpOweInfoM: 月末在网集团成员的账单、已销和欠费,按集团汇总。
delete from dwd_acc_grp_owe_info_m where month = :month;
insert into dwd_acc_grp_owe_info_m (month, area_code, grp_id, billed_amount, paid_amount, owe_amount)
select b.month, g.area_code, g.grp_id, sum(b.amount), sum(coalesce(w.amount, 0)), sum(b.amount - coalesce(w.amount, 0))
from grp as g
join grp_mem as m on m.grp_id = g.grp_id and m.joined_day <= :month_last_day and m.left_day > :month_last_day
join dwd_merge_bill_m as b on b.usr_id = m.usr_id and b.month = :month
left join (select r.bill_id, sum(r.amount) as amount from writeoff_rec as r where r.month = :month and r.reversed = 0 group by r.bill_id) as w
  on w.bill_id = b.bill_id
group by b.month, g.area_code, g.grp_id;
