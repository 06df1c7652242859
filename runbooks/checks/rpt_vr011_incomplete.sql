-- 到达的行数与分发登记的行数之差。
select abs(count(*) - (select coalesce(sum(c.row_count), 0) from SHFIN.DISP_IMPORT_CTL as c
                       where c.object_name = 'RPT_VR011' and c.acct_month = :month and c.deal_stat = 99))
from SHFIN.RPT_VR011 as r
where r.acct_month = :month;
