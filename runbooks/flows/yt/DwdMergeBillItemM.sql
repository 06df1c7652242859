-- DwdMergeBillItemM: 把13个属地的账单科目合并到 dwd_merge_bill_item_m。
delete from dwd_merge_bill_item_m where month = :month;
insert into dwd_merge_bill_item_m (month, area_code, bill_id, item_code, amount)
select p.month, '025', p.bill_id, p.item_code, p.amount from bill_item_025 as p where p.month = :month
union all select p.month, '0510', p.bill_id, p.item_code, p.amount from bill_item_0510 as p where p.month = :month
union all select p.month, '0516', p.bill_id, p.item_code, p.amount from bill_item_0516 as p where p.month = :month
union all select p.month, '0519', p.bill_id, p.item_code, p.amount from bill_item_0519 as p where p.month = :month
union all select p.month, '0512', p.bill_id, p.item_code, p.amount from bill_item_0512 as p where p.month = :month
union all select p.month, '0513', p.bill_id, p.item_code, p.amount from bill_item_0513 as p where p.month = :month
union all select p.month, '0518', p.bill_id, p.item_code, p.amount from bill_item_0518 as p where p.month = :month
union all select p.month, '0517', p.bill_id, p.item_code, p.amount from bill_item_0517 as p where p.month = :month
union all select p.month, '0515', p.bill_id, p.item_code, p.amount from bill_item_0515 as p where p.month = :month
union all select p.month, '0514', p.bill_id, p.item_code, p.amount from bill_item_0514 as p where p.month = :month
union all select p.month, '0511', p.bill_id, p.item_code, p.amount from bill_item_0511 as p where p.month = :month
union all select p.month, '0523', p.bill_id, p.item_code, p.amount from bill_item_0523 as p where p.month = :month
union all select p.month, '0527', p.bill_id, p.item_code, p.amount from bill_item_0527 as p where p.month = :month;
