-- DwaLocUsrM_MPP: 从分发来的 shfin.loc_usr_m 生成本账期的属地化用户月表。
delete from dwa_loc_usr_m where month = :month;
insert into dwa_loc_usr_m (month, area_code, usr_id, acct_id, prod_id, state_code)
select u.month, u.area_code, u.usr_id, u.acct_id, u.prod_id, u.state_code
from shfin.loc_usr_m as u
where u.month = :month;
