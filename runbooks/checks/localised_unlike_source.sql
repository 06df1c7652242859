-- 来源、月表、按属地汇总三处用户数之间的差。
select abs((select count(*) from shfin.loc_usr_m as s where s.month = :month)
         - (select count(*) from dwa_loc_usr_m as m where m.month = :month))
     + abs((select count(*) from dwa_loc_usr_m as m where m.month = :month)
         - (select coalesce(sum(a.usr_count), 0) from dwa_loc_usr_area_m as a where a.month = :month));
