-- DwdAccWriteoffRecM: 当月有效的销账记录(已冲正的不算)。
delete from dwd_acc_writeoff_rec_m where month = :month;
insert into dwd_acc_writeoff_rec_m (month, area_code, writeoff_id, bill_id, acct_id, amount)
select w.month, w.area_code, w.writeoff_id, w.bill_id, w.acct_id, w.amount
from writeoff_rec as w
where w.month = :month and w.reversed = 0;
