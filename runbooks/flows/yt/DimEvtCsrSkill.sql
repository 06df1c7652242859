-- DimEvtCsrSkill: 客服技能组维表,附每个技能组负责的科目数。
delete from dim_evt_csr_skill where month = :month;
insert into dim_evt_csr_skill (month, skill_id, skill_name, item_type, item_count)
select c.month, s.skill_id, s.skill_name, s.item_type, count(*)
from csr_skill_cfg as s
join dim_acc_item_code as c on c.item_type = s.item_type
where c.month = :month
group by c.month, s.skill_id, s.skill_name, s.item_type;
