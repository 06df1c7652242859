-- 到达mpp的明细行数与分发登记的行数之差。
select abs(count(*) - (select coalesce(sum(c.row_count), 0) from shfin.disp_import_ctl as c
                       where c.object_name = 'STG_MERGE_BILL_DTL4_M' and c.acct_month = :month and c.deal_stat = 99))
from shfin.stg_merge_bill_dtl4_m as s
where s.month = :month;
