-- 各属地本月与上月的合账金额(分)。
select l.city, p.sum_amount as previous_month, s.sum_amount as this_month, s.acct_count
from dwd_acc_sum_bill_m_check as s
join locality as l on l.area_code = s.area_code
left join dwd_acc_sum_bill_m_check as p on p.area_code = s.area_code and p.month = :month_previous
where s.month = :month
order by s.area_code;
