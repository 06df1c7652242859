-- DwaLocUsrProdM_MPP: 各产品的在用用户数。
delete from dwa_loc_usr_prod_m where month = :month;
insert into dwa_loc_usr_prod_m (month, prod_id, usr_count)
select u.month, u.prod_id, count(*)
from dwa_loc_usr_m as u
where u.month = :month and u.state_code = '在用'
group by u.month, u.prod_id;
