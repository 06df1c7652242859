-- DwdAccGrpAdjustM: 集团调账按集团汇总。
delete from dwd_acc_grp_adjust_m where month = :month;
insert into dwd_acc_grp_adjust_m (month, area_code, grp_id, adjust_count, amount)
select a.month, a.area_code, a.grp_id, count(*), sum(a.amount)
from grp_adjust as a
where a.month = :month
group by a.month, a.area_code, a.grp_id;
