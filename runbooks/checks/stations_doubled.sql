-- 出现不止一次的基站数,跨属地也算。
select count(*)
from (select d.station_id from dim_station as d where d.month = :month
      group by d.station_id having count(*) > 1) as f;
