-- 常规接口与物联网接口各抽取了多少。
select c.init_kind, count(*) as interfaces, sum(c.row_count) as row_count, sum(c.amount) as amount
from month_init_ctl as c
where c.month = :month
group by c.init_kind
order by c.init_kind;
