-- DwdMergeBillDtl4M_MPP: 把分发到mpp的四级账单明细并入正式表,并写属地核对表。
delete from dwd_merge_bill_dtl4_m where month = :month;
insert into dwd_merge_bill_dtl4_m (month, area_code, bill_id, item_code, line_no, quantity, amount)
select s.month, s.area_code, s.bill_id, s.item_code, s.line_no, s.quantity, s.amount
from shfin.stg_merge_bill_dtl4_m as s
where s.month = :month;
delete from dwd_merge_bill_dtl4_m_check where month = :month;
insert into dwd_merge_bill_dtl4_m_check (month, area_code, line_count, amount)
select d.month, d.area_code, count(*), sum(d.amount)
from dwd_merge_bill_dtl4_m as d
where d.month = :month
group by d.month, d.area_code;
