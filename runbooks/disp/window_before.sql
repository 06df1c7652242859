-- 移动之前: 窗口内要移的调度数、全部调度数、不动的那些的指纹。
select replace(:today, '-', '') as day,
       (select count(*) from disp_schedule) as schedules,
       (select count(*) from disp_schedule
        where source_name = :source and enabled = 1 and start_time >= :window_start and start_time < :window_end) as inside,
       (select group_concat(s.schedule_id || '@' || s.start_time, ' ')
        from (select * from disp_schedule
              where source_name = :source and enabled = 1 and start_time >= :window_start and start_time < :window_end
              order by schedule_id) as s) as moving;
