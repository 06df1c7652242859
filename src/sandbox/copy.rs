//! What the distribution platform copies whole from one database to another, and how it keeps account of that.

use crate::time::Month;

use super::db::Kind::{Number, Text};
use super::db::{Db, Table};
use super::script::Script;

/// The customer's bill items.
pub(super) const BILL_ITEMS: Table = Table {
    columns: &[
        ("acct_month", Text),
        ("acc_item_code", Number),
        ("acc_item_name", Text),
        ("item_type", Text),
        ("fin_item_code", Text),
    ],
};

/// The customer's main plans.
pub(super) const MAIN_PLANS: Table = Table {
    columns: &[
        ("acct_month", Text),
        ("plan_id", Number),
        ("plan_name", Text),
        ("plan_type", Text),
        ("monthly_fee", Number),
    ],
};

/// Details of bills, fourth level.
pub(super) const DTL4: Table = Table {
    columns: &[
        ("month", Text),
        ("area_code", Text),
        ("bill_id", Number),
        ("item_code", Number),
        ("line_no", Number),
        ("quantity", Number),
        ("amount", Number),
    ],
};

/// The localised user table.
pub(super) const LOCALISED: Table = Table {
    columns: &[
        ("month", Text),
        ("area_code", Text),
        ("usr_id", Number),
        ("acct_id", Number),
        ("prod_id", Number),
        ("state_code", Text),
    ],
};

/// The copy of a table: where it is put, and how the control table there calls it.
pub(super) struct Copy {
    /// The table that is replaced.
    pub(super) into: &'static str,
    /// Its name in the control table.
    object: &'static str,
    /// The control table.
    control: &'static str,
    /// The agent that brings it.
    agent: &'static str,
}

/// `SHFIN.RPT_VR011` on the appliance.
pub(super) const RPT_VR011: Copy =
    Copy { into: "SHFIN.RPT_VR011", object: "RPT_VR011", control: "SHFIN.DISP_IMPORT_CTL", agent: "AGENT_A" };

/// `SHFIN.RPT_MAIN_PLAN` on the appliance.
pub(super) const RPT_MAIN_PLAN: Copy = Copy {
    into: "SHFIN.RPT_MAIN_PLAN",
    object: "RPT_MAIN_PLAN",
    control: "SHFIN.DISP_IMPORT_CTL",
    agent: "AGENT_A",
};

/// The details on mpp, before its own flow takes them.
pub(super) const DTL4_STAGED: Copy = Copy {
    into: "shfin.stg_merge_bill_dtl4_m",
    object: "STG_MERGE_BILL_DTL4_M",
    control: "shfin.disp_import_ctl",
    agent: "AGENT_B",
};

/// The localised user table on mpp.
pub(super) const LOC_USR: Copy = Copy {
    into: "shfin.loc_usr_m",
    object: "LOC_USR_M",
    control: "shfin.disp_import_ctl",
    agent: "AGENT_B0",
};

impl Copy {
    /// Replaces the table by `rows` and notes in the control table that `month` has arrived `at` (an expression of SQL).
    pub(super) async fn deliver(
        &self,
        db: &mut Db,
        rows: &[String],
        month: Month,
        at: &str,
    ) -> Result<(), sqlx::Error> {
        let Copy { into, object, control, agent } = self;
        let mut script = Script::default();
        for row in rows {
            script.row(into, format_args!("{row}"));
        }
        script.row(control, format_args!("'{object}','{month}','{agent}',99,{},{at}", rows.len()));
        let old = format!(
            "delete from {into};\ndelete from {control} where object_name = '{object}' and acct_month = '{month}';\n"
        );
        db.run(format!("{old}{}", script.finish())).await
    }
}
