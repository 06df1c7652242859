-- DwdPrtyGrpInfoM: 月末前建立的集团、其在网成员数和有效服务属性数。
delete from dwd_prty_grp_info_m where month = :month;
insert into dwd_prty_grp_info_m (month, area_code, grp_id, grp_name, member_count, attr_count)
select :month, g.area_code, g.grp_id, g.grp_name,
       (select count(*) from grp_mem as m where m.grp_id = g.grp_id and m.joined_day <= :month_last_day and m.left_day > :month_last_day),
       (select count(*) from grp_srv_attr as s where s.grp_id = g.grp_id and s.valid_from <= :month_last_day and s.valid_to > :month_last_day)
from grp as g
where g.created_day <= :month_last_day;
