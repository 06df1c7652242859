//! Dimensions, accounts, subscribers and groups.

use super::{Failure, Prover, Row, by_first, one, rows, total};

impl Prover {
    pub(super) async fn dimensions(&mut self) -> Result<(), Failure> {
        let month = self.month.to_string();
        let sql = "select acc_item_code, length(item_type), 0, 1 from shfin.r_vr011 where acct_month = ?";
        let items = rows(&mut self.mpp, sql, &month).await?;
        let codes: i64 = items.iter().map(|row| row.0).sum();
        self.expect("bill item codes", codes, "acc_item_code", "dim_acc_item_code").await?;
        let known: Vec<i64> = items.iter().map(|row| row.0).collect();
        for (name, source, dim) in [
            ("navigation nodes", "wms_nav_tree", "dim_acc_wms_navtreemap"),
            ("voice nodes", "ivr_node_cfg", "dim_evt_ivr_node"),
        ] {
            let nodes = self
                .source(&format!("select node_id, acc_item_code, 0, 1 from {source} where ? <> ''"))
                .await?;
            let ids = nodes.iter().filter(|n| known.contains(&n.1)).map(|n| n.0).sum();
            self.expect(name, ids, "node_id", dim).await?;
        }
        // Every item type has one skill group.
        let skilled = i64::try_from(items.len())?;
        self.expect("items with a skill group", skilled, "item_count", "dim_evt_csr_skill").await
    }

    /// Pockets and the state of subscribers.
    pub(super) async fn accounts(&mut self) -> Result<(), Failure> {
        let sql = "select acct_id, balance_begin, outgo, income from pocket where month = ?";
        let left = self.source(sql).await?.iter().map(|p| p.1 + p.3 - p.2).sum();
        self.expect("pockets at the end", left, "balance_end", "dwd_acc_pocket_m").await?;
        let last = self.month.last_day();
        let sql = format!(
            "select usr_id, length(state_code), 0, 1 from usr_state
             where '{last}' between valid_from and date(valid_to, '-1 day') and ? <> ''"
        );
        let states = self.source(&sql).await?;
        let told = states.iter().map(|s| s.0 * s.1).sum();
        self.expect("subscribers' states", told, "usr_id * length(state_code)", "dwd_svc_usr_oxxtate_m")
            .await?;
        let bills = by_first(&self.parts("bill", "usr_id, 0, 0, amount").await?);
        let billed =
            states.iter().filter_map(|s| bills.get(&s.0).map(|amount| amount * (s.0 % 1_000_003))).sum();
        let what = "usr_id % 1000003 * billed_amount";
        self.expect("bills of subscribers with a state", billed, what, "dwd_svc_usr_oxxtate_m").await
    }

    /// Group and member of those who are members on the month's last day.
    pub(super) async fn members(&mut self) -> Result<Vec<Row>, Failure> {
        let last = self.month.last_day();
        let sql = format!(
            "select grp_id, usr_id, prod_id, 1 from grp_mem
             where '{last}' between joined_day and date(left_day, '-1 day') and ? <> ''"
        );
        self.source(&sql).await
    }

    pub(super) async fn groups(&mut self) -> Result<(), Failure> {
        let members = self.members().await?;
        let products = members.iter().map(|m| m.2 * m.0).sum();
        self.expect("members' products", products, "prod_id * grp_id", "dwd_svc_grp_mem_prod_m").await?;
        let bills = by_first(&self.parts("bill", "usr_id, 0, 0, amount").await?);
        let billed = members.iter().filter_map(|m| bills.get(&m.1)).sum();
        self.expect("members' bills", billed, "billed_amount", "dwd_svc_grp_mem_prod_m").await?;
        let last = self.month.last_day();
        let created = format!("select grp_id, 0, 0, 1 from grp where created_day <= '{last}' and ? <> ''");
        let known: Vec<i64> = self.source(&created).await?.iter().map(|g| g.0).collect();
        let count = i64::try_from(members.iter().filter(|m| known.contains(&m.0)).count())?;
        self.expect("members of groups", count, "member_count", "dwd_prty_grp_info_m").await?;
        let sql = format!(
            "select grp_id, cast(attr_value as integer), 0, 1 from grp_srv_attr
             where '{last}' between valid_from and date(valid_to, '-1 day') and ? <> ''"
        );
        let values = self.source(&sql).await?.iter().map(|a| a.0 * a.1).sum();
        let what = "grp_id * cast(attr_value as integer)";
        self.expect("attributes of groups", values, what, "dwd_svc_grp_srv_attr_m").await?;
        let adjusted = self.source("select grp_id, 0, 0, amount from grp_adjust where month = ?").await?;
        self.expect("adjustments of groups", total(&adjusted), "amount", "dwd_acc_grp_adjust_m").await
    }

    /// The localised user table on the other platform.
    pub(super) async fn localised(&mut self) -> Result<(), Failure> {
        let (month, last) = (self.month.to_string(), self.month.last_day());
        let sql = format!(
            "select u.usr_id, length(s.state_code), s.state_code = '在用', u.prod_id
             from usr as u join usr_state as s on s.usr_id = u.usr_id
             where '{last}' between s.valid_from and date(s.valid_to, '-1 day') and ? <> ''"
        );
        let users = self.source(&sql).await?;
        let active = users.iter().map(|u| u.2).sum();
        let products = users.iter().map(|u| u.2 * u.3).sum();
        for (name, expected, what, table) in [
            (
                "localised users",
                users.iter().map(|u| u.0 * u.1).sum(),
                "usr_id * length(state_code)",
                "dwa_loc_usr_m",
            ),
            ("localised users by area", i64::try_from(users.len())?, "usr_count", "dwa_loc_usr_area_m"),
            ("localised users by product", active, "usr_count", "dwa_loc_usr_prod_m"),
            ("products of localised users", products, "prod_id * usr_count", "dwa_loc_usr_prod_m"),
        ] {
            let sql = format!("select coalesce(sum({what}), 0) from {table} where month = ?");
            let found = one(&mut self.mpp, &sql, &month).await?;
            self.put(name, expected, found);
        }
        Ok(())
    }
}
