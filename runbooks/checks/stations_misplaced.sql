-- 区号与属地不符,或经纬度不在本省的基站数。
select count(*)
from dim_station as d
left join locality as l on l.area_code = d.area_code and l.city = d.city
where d.month = :month
  and (l.city is null or d.longitude not between 116 and 123 or d.latitude not between 30 and 36);
