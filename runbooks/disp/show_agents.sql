-- 各代理: 待办、已派发未完成、完成、作废。
select agent_name, sum(deal_stat = 0) as to_do, sum(deal_stat = 1) as sent, sum(deal_stat = 99) as done, sum(deal_stat = -100) as void
from (select agent_name, deal_stat from disp_export_ctl union all select agent_name, deal_stat from disp_import_ctl)
group by agent_name order by agent_name;
