-- DwdMergeBillDtl3D: 把13个属地的三级账单日明细合并到 dwd_merge_bill_dtl3_d。
delete from dwd_merge_bill_dtl3_d where day_id = :batch;
insert into dwd_merge_bill_dtl3_d (day_id, area_code, usr_id, acct_id, item_code, amount)
select p.day_id, '025', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_025 as p where p.day_id = :batch
union all select p.day_id, '0510', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0510 as p where p.day_id = :batch
union all select p.day_id, '0516', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0516 as p where p.day_id = :batch
union all select p.day_id, '0519', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0519 as p where p.day_id = :batch
union all select p.day_id, '0512', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0512 as p where p.day_id = :batch
union all select p.day_id, '0513', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0513 as p where p.day_id = :batch
union all select p.day_id, '0518', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0518 as p where p.day_id = :batch
union all select p.day_id, '0517', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0517 as p where p.day_id = :batch
union all select p.day_id, '0515', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0515 as p where p.day_id = :batch
union all select p.day_id, '0514', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0514 as p where p.day_id = :batch
union all select p.day_id, '0511', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0511 as p where p.day_id = :batch
union all select p.day_id, '0523', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0523 as p where p.day_id = :batch
union all select p.day_id, '0527', p.usr_id, p.acct_id, p.item_code, p.amount from bill_dtl3_0527 as p where p.day_id = :batch;
