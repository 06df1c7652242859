-- DwaLocUsrAreaM_MPP: 各属地各状态的用户数。
delete from dwa_loc_usr_area_m where month = :month;
insert into dwa_loc_usr_area_m (month, area_code, state_code, usr_count)
select u.month, u.area_code, u.state_code, count(*)
from dwa_loc_usr_m as u
where u.month = :month
group by u.month, u.area_code, u.state_code;
