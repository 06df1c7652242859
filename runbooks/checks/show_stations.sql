-- 各属地本月与上月的基站数、小区数。
select l.city, count(distinct p.station_id) as previous_month, s.stations as this_month, s.cells
from locality as l
left join dim_station as p on p.area_code = l.area_code and p.month = :month_previous
left join (select d.area_code, count(*) as stations, sum(d.cell_count) as cells
           from dim_station as d where d.month = :month group by d.area_code) as s on s.area_code = l.area_code
group by l.area_code, l.city, s.stations, s.cells
order by l.area_code;
