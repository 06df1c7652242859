-- DwdSvcUsrOXXtateM: 用户月末状态和当月账单金额(程序名照计划原样,两个字母被遮盖)。
delete from dwd_svc_usr_oxxtate_m where month = :month;
insert into dwd_svc_usr_oxxtate_m (month, area_code, usr_id, state_code, billed_amount)
select :month, s.area_code, s.usr_id, s.state_code, coalesce(b.amount, 0)
from usr_state as s
left join dwd_merge_bill_m as b on b.usr_id = s.usr_id and b.month = :month
where s.valid_from <= :month_last_day and s.valid_to > :month_last_day;
