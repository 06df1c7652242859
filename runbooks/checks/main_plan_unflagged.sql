-- 完成标志与维表对不上的行数之差; 没有标志就是全部行数。
select abs((select count(*) from dim_main_plan as d where d.month = :month)
         - (select coalesce(sum(f.row_count), 0) from dim_done as f where f.month = :month and f.dim_name = 'DIM_MAIN_PLAN'));
