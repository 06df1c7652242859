-- 基站数比上月增减超过两成的属地数。
select count(*)
from (select d.area_code, count(*) as stations from dim_station as d where d.month = :month group by d.area_code) as s
join (select d.area_code, count(*) as stations from dim_station as d where d.month = :month_previous group by d.area_code) as p
  on p.area_code = s.area_code
where abs(s.stations - p.stations) * 5 > p.stations;
