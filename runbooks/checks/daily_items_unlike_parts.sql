-- 日科目明细合计与 月租+用量-优惠 之差(分)。
select abs((select coalesce(sum(i.amount), 0) from dwd_acc_item_dtl_d as i where i.day_id = :batch)
         - (select coalesce(sum(r.amount), 0) from dwd_merge_rc_bill_dtl_d as r where r.day_id = :batch)
         - (select coalesce(sum(u.amount), 0) from dwd_merge_usage_billt_d as u where u.day_id = :batch)
         + (select coalesce(sum(p.amount), 0) from dwd_merge_prom_bill_d as p where p.day_id = :batch));
