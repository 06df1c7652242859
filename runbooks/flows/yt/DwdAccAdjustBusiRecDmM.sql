-- DwdAccAdjustBusiRecDmM: 调账业务记录按账户和原因汇总。
delete from dwd_acc_adjust_busi_rec_dm_m where month = :month;
insert into dwd_acc_adjust_busi_rec_dm_m (month, area_code, acct_id, reason_code, adjust_count, amount)
select a.month, a.area_code, a.acct_id, a.reason_code, count(*), sum(a.amount)
from adjust_busi_rec as a
where a.month = :month
group by a.month, a.area_code, a.acct_id, a.reason_code;
