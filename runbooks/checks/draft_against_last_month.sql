-- 模拟出账金额是上月实际出账金额的百分之几。
select (select coalesce(sum(s.amount), 0) from sim_bill as s where s.month = :month) * 100
     / (select sum(c.bill_amount) from bill_ctl as c where c.month = :month_previous);
