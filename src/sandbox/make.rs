//! The making of a sandbox: empty tables, people, twelve former months of books, and what the flows made of them.

use crate::time::Month;

use super::copy::{DTL4, DTL4_STAGED, LOC_USR, LOCALISED};
use super::db::Db;
use super::files::{self, Access};
use super::script::Script;
use super::world::{LOCALITIES, World};
use super::{
    HISTORY_MONTHS, Sandbox, SandboxError, books, distribution, history, localised, plans, rehearsal,
    scheduler, stations,
};

/// Make all databases of `sandbox`; the mark that makes it one comes last.
pub(super) async fn make(sandbox: &Sandbox) -> Result<(), SandboxError> {
    let dir = sandbox.dir.as_path();
    match files::read_mark(dir).await {
        Ok(_) => return Err(SandboxError::Exists(dir.to_owned())),
        Err(SandboxError::NotASandbox(_)) => files::clear(dir).await?,
        Err(other) => return Err(other),
    }
    tokio::fs::create_dir_all(dir)
        .await
        .map_err(|source| SandboxError::File { path: dir.to_owned(), source })?;
    let mut yt = files::yt(sandbox, Access::Making).await?;
    let mut bill24 = files::bill24(sandbox, Access::Making).await?;
    let mut mpp = files::mpp(sandbox, Access::Making).await?;
    fill_yt(&mut yt, &mut bill24, sandbox).await?;
    fill_mpp(&mut mpp, &mut yt, sandbox).await?;
    for db in [mpp, bill24, yt] {
        db.close().await?;
    }
    scheduler::make(sandbox).await?;
    distribution::make(sandbox).await?;
    files::write_mark(sandbox).await
}

/// The months a sandbox for `month` remembers, oldest first.
pub(super) fn former(month: Month) -> impl Iterator<Item = Month> {
    (1..=HISTORY_MONTHS).rev().map(move |back| month.plus(-back))
}

async fn fill_yt(yt: &mut Db, bill24: &mut Db, sandbox: &Sandbox) -> Result<(), SandboxError> {
    let Sandbox { month, seed, .. } = *sandbox;
    let world = World::new(seed);
    files::make_tables(bill24, include_str!("schema/bill24.sql"), "bill24").await?;
    files::make_tables(yt, &schema(), "yt").await?;
    let mut people = Script::default();
    world.write(seed, month, &mut people);
    rehearsal::write(&world, seed, month, &mut people);
    yt.run(people.finish()).await?;
    for past in former(month) {
        let (mut here, mut there) = (Script::default(), Script::default());
        books::write(&world, seed, past, &mut here, &mut there);
        books::write_pockets(&world, seed, past, &mut here);
        books::write_bill_items(seed, past, "SHFIN.RPT_VR011", &mut here);
        plans::write(seed, past, "SHFIN.RPT_MAIN_PLAN", &mut here);
        plans::write_adjustments(seed, past, &mut here);
        stations::write(seed, past, month, &mut here);
        let empty = "delete from SHFIN.RPT_VR011;\ndelete from SHFIN.RPT_MAIN_PLAN;\n";
        yt.run(format!("{empty}{}", here.finish())).await?;
        bill24.run(there.finish()).await?;
        yt.run(localised::generated(past)).await?;
        history::run_yt(yt, past).await?;
    }
    yt.run(epilogue(month)).await?;
    yt.commit().await?;
    bill24.commit().await?;
    Ok(())
}

fn schema() -> String {
    let parts = LOCALITIES.iter().map(|place| include_str!("schema/part.sql").replace("AREA", place.area));
    let fixed = [
        include_str!("schema/yt.sql"),
        include_str!("schema/dimensions.sql"),
        include_str!("schema/rehearsal.sql"),
        localised::ON_YT,
        include_str!("schema/pocket.sql"),
    ];
    fixed.into_iter().map(str::to_owned).chain(parts).collect()
}

/// What billing and the distribution platform left behind: an import on record, no pockets, and the dictionary.
fn epilogue(month: Month) -> String {
    let (last, at) = (month.previous(), month.first());
    format!(
        "drop table pocket;
        insert into dwd_month_done
        select s.month, d.day_id, sum(s.acct_count), sum(s.sum_amount)
        from dwd_acc_sum_bill_m_check as s
        join (select distinct day_id from dwd_merge_daily_bill_d) as d on substr(d.day_id, 1, 6) = replace(s.month, '-', '')
        group by s.month, d.day_id;
        insert into SHFIN.DISP_IMPORT_CTL
        select 'RPT_VR011', '{last}', 'AGENT_A', 99, count(*), '{at}T00:30:00Z' from SHFIN.RPT_VR011;
        insert into SHFIN.DISP_IMPORT_CTL
        select 'RPT_MAIN_PLAN', '{last}', 'AGENT_A', 99, count(*), '{at}T00:30:00Z' from SHFIN.RPT_MAIN_PLAN;
        insert into all_objects
        select case substr(name, 1, 4) when 'dwd_' then 'DWD' when 'dim_' then 'DIM' else 'BILL' end,
               upper(name), 'TABLE', '{at}T00:30:00Z'
        from main.sqlite_master where type = 'table' and name <> 'all_objects';
        insert into all_objects
        select 'SHFIN', upper(name), 'TABLE', '{at}T00:30:00Z' from SHFIN.sqlite_master where type = 'table';"
    )
}

async fn fill_mpp(mpp: &mut Db, yt: &mut Db, sandbox: &Sandbox) -> Result<(), SandboxError> {
    let Sandbox { month, seed, .. } = *sandbox;
    files::make_tables(mpp, &[include_str!("schema/mpp.sql"), localised::ON_MPP].concat(), "mpp").await?;
    let mut items = Script::default();
    books::write_bill_items(seed, month.previous(), "shfin.r_vr011", &mut items);
    plans::write(seed, month.previous(), "shfin.r_main_plan", &mut items);
    mpp.run(items.finish()).await?;
    for past in former(month) {
        let rows = yt.rows(&DTL4, &format!("dwd_merge_bill_dtl4_m where month = '{past}'")).await?;
        let at = format!("'{}T01:00:00Z'", past.next().first());
        DTL4_STAGED.deliver(mpp, &rows, past, &at).await?;
        let rows = yt.rows(&LOCALISED, &format!("loc_usr_m where month = '{past}'")).await?;
        LOC_USR.deliver(mpp, &rows, past, &at).await?;
        history::run_mpp(mpp, past).await?;
    }
    mpp.commit().await?;
    Ok(())
}
