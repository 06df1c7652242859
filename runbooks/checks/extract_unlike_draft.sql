-- 抽取金额合计与模拟账单合计之差(分)。
select abs((select coalesce(sum(e.amount), 0) from mc_extract as e where e.month = :month)
         - (select coalesce(sum(s.amount), 0) from sim_bill as s where s.month = :month));
