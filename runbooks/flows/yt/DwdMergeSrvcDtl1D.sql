-- DwdMergeSrvcDtl1D: 把13个属地的通话服务日明细合并到 dwd_merge_srvc_dtl1_d。
delete from dwd_merge_srvc_dtl1_d where day_id = :batch;
insert into dwd_merge_srvc_dtl1_d (day_id, area_code, usr_id, service_code, call_count, call_seconds)
select p.day_id, '025', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_025 as p where p.day_id = :batch
union all select p.day_id, '0510', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0510 as p where p.day_id = :batch
union all select p.day_id, '0516', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0516 as p where p.day_id = :batch
union all select p.day_id, '0519', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0519 as p where p.day_id = :batch
union all select p.day_id, '0512', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0512 as p where p.day_id = :batch
union all select p.day_id, '0513', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0513 as p where p.day_id = :batch
union all select p.day_id, '0518', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0518 as p where p.day_id = :batch
union all select p.day_id, '0517', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0517 as p where p.day_id = :batch
union all select p.day_id, '0515', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0515 as p where p.day_id = :batch
union all select p.day_id, '0514', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0514 as p where p.day_id = :batch
union all select p.day_id, '0511', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0511 as p where p.day_id = :batch
union all select p.day_id, '0523', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0523 as p where p.day_id = :batch
union all select p.day_id, '0527', p.usr_id, p.service_code, p.call_count, p.call_seconds from srvc_dtl1_0527 as p where p.day_id = :batch;
