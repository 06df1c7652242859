-- 月末日预存款拆分后合计与源表之差(分)。
select abs((select coalesce(sum(s.amount), 0) from dwd_acc_prepay_splited_d as s where s.day_id = :batch)
         - (select coalesce(sum(p.amount), 0) from prepay as p where p.month = :month and p.pay_day = :month_last_day));
