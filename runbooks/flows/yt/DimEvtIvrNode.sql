-- DimEvtIvrNode: 语音导航节点维表,节点播报的科目取本账期的名称。
delete from dim_evt_ivr_node where month = :month;
insert into dim_evt_ivr_node (month, node_id, parent_id, node_name, acc_item_name)
select c.month, n.node_id, n.parent_id, n.node_name, c.acc_item_name
from ivr_node_cfg as n
join dim_acc_item_code as c on c.acc_item_code = n.acc_item_code
where c.month = :month;
