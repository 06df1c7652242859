-- DwdAccPocketM: 账户各类账本的期初、收入、支出和期末余额。
delete from dwd_acc_pocket_m where month = :month;
insert into dwd_acc_pocket_m (month, area_code, acct_id, pocket_type, balance_begin, income, outgo, balance_end)
select p.month, p.area_code, p.acct_id, p.pocket_type,
       sum(p.balance_begin), sum(p.income), sum(p.outgo), sum(p.balance_begin + p.income - p.outgo)
from pocket as p
where p.month = :month
group by p.month, p.area_code, p.acct_id, p.pocket_type;
