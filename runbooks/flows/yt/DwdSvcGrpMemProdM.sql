-- DwdSvcGrpMemProdM: 月末在网的集团成员、其产品和当月账单金额。
delete from dwd_svc_grp_mem_prod_m where month = :month;
insert into dwd_svc_grp_mem_prod_m (month, area_code, grp_id, usr_id, prod_id, billed_amount)
select :month, g.area_code, g.grp_id, m.usr_id, m.prod_id, coalesce(b.amount, 0)
from grp as g
join grp_mem as m on m.grp_id = g.grp_id and m.joined_day <= :month_last_day and m.left_day > :month_last_day
left join dwd_merge_bill_m as b on b.usr_id = m.usr_id and b.month = :month;
