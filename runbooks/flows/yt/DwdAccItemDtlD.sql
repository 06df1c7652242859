-- DwdAccItemDtlD: 月末日账户科目明细 = 月租 + 用量 - 优惠。
delete from dwd_acc_item_dtl_d where day_id = :batch;
insert into dwd_acc_item_dtl_d (day_id, area_code, acct_id, item_code, amount)
select x.day_id, x.area_code, x.acct_id, x.item_code, sum(x.amount)
from (select r.day_id, r.area_code, r.acct_id, r.item_code, r.amount from dwd_merge_rc_bill_dtl_d as r where r.day_id = :batch
      union all
      select u.day_id, u.area_code, u.acct_id, u.item_code, u.amount from dwd_merge_usage_billt_d as u where u.day_id = :batch
      union all
      select p.day_id, p.area_code, p.acct_id, p.item_code, -p.amount from dwd_merge_prom_bill_d as p where p.day_id = :batch) as x
group by x.day_id, x.area_code, x.acct_id, x.item_code;
