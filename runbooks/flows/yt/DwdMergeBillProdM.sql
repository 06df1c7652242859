-- DwdMergeBillProdM: 把13个属地的产品账单合并到 dwd_merge_bill_prod_m。
delete from dwd_merge_bill_prod_m where month = :month;
insert into dwd_merge_bill_prod_m (month, area_code, bill_id, prod_id, amount)
select p.month, '025', p.bill_id, p.prod_id, p.amount from bill_prod_025 as p where p.month = :month
union all select p.month, '0510', p.bill_id, p.prod_id, p.amount from bill_prod_0510 as p where p.month = :month
union all select p.month, '0516', p.bill_id, p.prod_id, p.amount from bill_prod_0516 as p where p.month = :month
union all select p.month, '0519', p.bill_id, p.prod_id, p.amount from bill_prod_0519 as p where p.month = :month
union all select p.month, '0512', p.bill_id, p.prod_id, p.amount from bill_prod_0512 as p where p.month = :month
union all select p.month, '0513', p.bill_id, p.prod_id, p.amount from bill_prod_0513 as p where p.month = :month
union all select p.month, '0518', p.bill_id, p.prod_id, p.amount from bill_prod_0518 as p where p.month = :month
union all select p.month, '0517', p.bill_id, p.prod_id, p.amount from bill_prod_0517 as p where p.month = :month
union all select p.month, '0515', p.bill_id, p.prod_id, p.amount from bill_prod_0515 as p where p.month = :month
union all select p.month, '0514', p.bill_id, p.prod_id, p.amount from bill_prod_0514 as p where p.month = :month
union all select p.month, '0511', p.bill_id, p.prod_id, p.amount from bill_prod_0511 as p where p.month = :month
union all select p.month, '0523', p.bill_id, p.prod_id, p.amount from bill_prod_0523 as p where p.month = :month
union all select p.month, '0527', p.bill_id, p.prod_id, p.amount from bill_prod_0527 as p where p.month = :month;
