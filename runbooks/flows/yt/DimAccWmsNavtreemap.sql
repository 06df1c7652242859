-- DimAccWmsNavtreemap: 导航树节点与账单科目、财务科目的对照维表。
delete from dim_acc_wms_navtreemap where month = :month;
insert into dim_acc_wms_navtreemap (month, node_id, parent_id, node_title, acc_item_code, fin_item_code)
select c.month, t.node_id, t.parent_id, t.node_title, c.acc_item_code, c.fin_item_code
from wms_nav_tree as t
join dim_acc_item_code as c on c.acc_item_code = t.acc_item_code
where c.month = :month;
