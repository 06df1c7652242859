-- DwdAccFinItemDtlD: 月末日三级账单明细按账户和财务科目汇总。
delete from dwd_acc_fin_item_dtl_d where day_id = :batch;
insert into dwd_acc_fin_item_dtl_d (day_id, area_code, acct_id, fin_item_code, amount)
select d.day_id, d.area_code, d.acct_id, f.fin_item_code, sum(d.amount)
from dwd_merge_bill_dtl3_d as d
join fin_item_map as f on f.item_code = d.item_code
where d.day_id = :batch
group by d.day_id, d.area_code, d.acct_id, f.fin_item_code;
