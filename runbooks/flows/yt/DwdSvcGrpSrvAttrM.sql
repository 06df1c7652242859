-- DwdSvcGrpSrvAttrM: 月末有效的集团服务属性。
delete from dwd_svc_grp_srv_attr_m where month = :month;
insert into dwd_svc_grp_srv_attr_m (month, area_code, grp_id, attr_code, attr_value)
select :month, g.area_code, g.grp_id, s.attr_code, s.attr_value
from grp as g
join grp_srv_attr as s on s.grp_id = g.grp_id
where s.valid_from <= :month_last_day and s.valid_to > :month_last_day;
