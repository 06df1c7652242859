//! The making of a sandbox: empty tables, people, twelve former months of books, and what the flows made of them.

use sqlx::{Connection, SqliteConnection};

use crate::time::Month;

use super::files::{self, Access, run};
use super::script::Script;
use super::world::{LOCALITIES, World};
use super::{HISTORY_MONTHS, Sandbox, SandboxError, books, distribution, history, localised, scheduler};

/// Make all files of `sandbox`; the mark that makes it one comes last.
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
    let mut yt = files::yt(dir, Access::Making).await?;
    fill_yt(&mut yt, sandbox).await?;
    let mut mpp = files::mpp(dir, Access::Making).await?;
    fill_mpp(&mut mpp, sandbox).await?;
    mpp.close().await?;
    scheduler::make(sandbox).await?;
    distribution::make(sandbox).await?;
    files::write_mark(&mut yt, sandbox.month, sandbox.seed).await?;
    yt.close().await?;
    Ok(())
}

/// The months a sandbox for `month` remembers, oldest first.
pub(super) fn former(month: Month) -> impl Iterator<Item = Month> {
    (1..=HISTORY_MONTHS).rev().map(move |back| month.plus(-back))
}

async fn fill_yt(conn: &mut SqliteConnection, sandbox: &Sandbox) -> Result<(), SandboxError> {
    let Sandbox { month, seed, .. } = *sandbox;
    let world = World::new(seed);
    run(conn, format!("begin;\n{}", schema())).await?;
    let mut people = Script::default();
    world.write(seed, month, &mut people);
    run(conn, people.finish()).await?;
    for past in former(month) {
        let (mut yt, mut bill24) = (Script::default(), Script::default());
        books::write(&world, seed, past, &mut yt, &mut bill24);
        books::write_pockets(&world, seed, past, &mut yt);
        books::write_bill_items(seed, past, "SHFIN.RPT_VR011", &mut yt);
        run(conn, format!("delete from SHFIN.RPT_VR011;\n{}{}", yt.finish(), bill24.finish())).await?;
        run(conn, localised::generated(past)).await?;
        history::run_yt(conn, past).await?;
    }
    run(conn, epilogue(month)).await?;
    Ok(())
}

fn schema() -> String {
    let parts = LOCALITIES.iter().map(|place| include_str!("schema/part.sql").replace("AREA", place.area));
    let fixed = [
        include_str!("schema/yt.sql"),
        localised::ON_YT,
        include_str!("schema/bill24.sql"),
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
        select 'RPT_VR011', '{last}', 'AGENT_A', 99, count(*) from SHFIN.RPT_VR011;
        insert into all_objects
        select case substr(name, 1, 4) when 'dwd_' then 'DWD' when 'dim_' then 'DIM' else 'BILL' end,
               upper(name), 'TABLE', '{at}T00:30:00Z'
        from main.sqlite_master where type = 'table' and name <> 'all_objects';
        insert into all_objects
        select 'SHFIN', upper(name), 'TABLE', '{at}T00:30:00Z' from SHFIN.sqlite_master where type = 'table';
        commit;"
    )
}

async fn fill_mpp(conn: &mut SqliteConnection, sandbox: &Sandbox) -> Result<(), SandboxError> {
    let Sandbox { month, seed, .. } = *sandbox;
    run(conn, format!("begin;\n{}{}", include_str!("schema/mpp.sql"), localised::ON_MPP)).await?;
    let mut items = Script::default();
    books::write_bill_items(seed, month.previous(), "shfin.r_vr011", &mut items);
    run(conn, items.finish()).await?;
    for past in former(month) {
        let at = format!("{}T01:00:00Z", past.next().first());
        let copy = format!(
            "delete from shfin.stg_merge_bill_dtl4_m;
            insert into shfin.stg_merge_bill_dtl4_m
            select * from yt.dwd_merge_bill_dtl4_m where month = '{past}';
            insert into shfin.disp_import_ctl
            select 'STG_MERGE_BILL_DTL4_M', '{past}', 'AGENT_B', 99, count(*), '{at}' from shfin.stg_merge_bill_dtl4_m;"
        );
        run(conn, copy).await?;
        run(conn, localised::distributed(past, &format!("'{at}'"))).await?;
        history::run_mpp(conn, past).await?;
    }
    run(conn, "commit;".to_owned()).await?;
    Ok(())
}
