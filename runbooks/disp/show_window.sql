-- 要移的调度: 从几点到几点。
select schedule_id, object_name, start_time as from_time,
       strftime('%H:%M', start_time, '+' || :shift_minutes || ' minutes') as to_time
from disp_schedule
where source_name = :source and enabled = 1 and start_time >= :window_start and start_time < :window_end
order by start_time, schedule_id;
