-- DimAccItemCode: 从分发来的 SHFIN.RPT_VR011 生成本账期的账单科目维表。
delete from dim_acc_item_code where month = :month;
insert into dim_acc_item_code (month, acc_item_code, acc_item_name, item_type, fin_item_code)
select r.acct_month, r.acc_item_code, r.acc_item_name, r.item_type, r.fin_item_code
from SHFIN.RPT_VR011 as r
where r.acct_month = :month;
