-- DwdMergeRcBillDtlD: 把13个属地的月租日明细合并到 dwd_merge_rc_bill_dtl_d。
delete from dwd_merge_rc_bill_dtl_d where day_id = :batch;
insert into dwd_merge_rc_bill_dtl_d (day_id, area_code, usr_id, acct_id, item_code, amount)
select p.day_id, '025', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_025 as p where p.day_id = :batch
union all select p.day_id, '0510', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0510 as p where p.day_id = :batch
union all select p.day_id, '0516', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0516 as p where p.day_id = :batch
union all select p.day_id, '0519', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0519 as p where p.day_id = :batch
union all select p.day_id, '0512', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0512 as p where p.day_id = :batch
union all select p.day_id, '0513', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0513 as p where p.day_id = :batch
union all select p.day_id, '0518', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0518 as p where p.day_id = :batch
union all select p.day_id, '0517', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0517 as p where p.day_id = :batch
union all select p.day_id, '0515', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0515 as p where p.day_id = :batch
union all select p.day_id, '0514', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0514 as p where p.day_id = :batch
union all select p.day_id, '0511', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0511 as p where p.day_id = :batch
union all select p.day_id, '0523', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0523 as p where p.day_id = :batch
union all select p.day_id, '0527', p.usr_id, p.acct_id, p.item_code, p.amount from rc_bill_dtl_0527 as p where p.day_id = :batch;
