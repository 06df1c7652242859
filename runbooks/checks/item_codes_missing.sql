-- 源表有、维表没有的科目数。
select count(*)
from SHFIN.RPT_VR011 as r
left join dim_acc_item_code as d on d.month = r.acct_month and d.acc_item_code = r.acc_item_code
where r.acct_month = :month and d.acc_item_code is null;
