-- DwdAccFinItemDtlM: 账单科目按账户和财务科目汇总。
delete from dwd_acc_fin_item_dtl_m where month = :month;
insert into dwd_acc_fin_item_dtl_m (month, area_code, acct_id, fin_item_code, item_count, amount)
select b.month, b.area_code, b.acct_id, f.fin_item_code, count(*), sum(i.amount)
from dwd_merge_bill_item_m as i
join dwd_merge_bill_m as b on b.bill_id = i.bill_id and b.month = :month
join fin_item_map as f on f.item_code = i.item_code
where i.month = :month
group by b.month, b.area_code, b.acct_id, f.fin_item_code;
