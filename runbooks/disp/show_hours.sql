-- 这个来源的调度,按小时。
select substr(start_time, 1, 2) as hour, count(*) as schedules
from disp_schedule where source_name = :source and enabled = 1
group by substr(start_time, 1, 2) order by hour;
