//! A second opinion on the sandbox's warehouse: its totals computed here from the raw rows that billing and customer
//! delivered, beside the same totals in the tables that the flows made. Include it with `#[path]`.

mod daily;
mod dims;
mod money;
mod people;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use monthstart::time::Month;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, SqliteConnection};

/// Any failure to read.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// One total, twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    /// What is added up.
    pub name: String,
    /// From the raw rows, in Rust.
    pub from_sources: i64,
    /// In the table that a flow made.
    pub in_warehouse: i64,
}

/// The localities' area codes.
const AREAS: [&str; 13] =
    ["025", "0510", "0516", "0519", "0512", "0513", "0518", "0517", "0515", "0514", "0511", "0523", "0527"];

/// A locality as a number, from its area code.
const AREA: &str = "cast(area_code as integer)";

/// What a day's charges are made of.
const CHARGES: [(&str, i64); 3] = [("rc_bill_dtl", 1), ("usage_bill", 1), ("prom_bill", -1)];

/// A row of numbers: what it is about (an id), and up to three more.
type Row = (i64, i64, i64, i64);

/// A database: files, or one of a server.
pub(crate) enum Link {
    File(SqliteConnection),
    Server(AnyConnection),
}

struct Prover {
    yt: Link,
    mpp: Link,
    bill24: Link,
    month: Month,
    day: String,
    proofs: Vec<Proof>,
}

/// The totals of `month` of the sandbox in `dir`, of all work whose raw rows are there; every pair should be equal and no
/// total zero. How many there are says which work that was.
pub(crate) async fn prove(dir: &Path, month: Month) -> Result<Vec<Proof>, Failure> {
    prove_at(dir, month, None).await
}

/// The same, where the MPP database and database 24 may stand on servers at these addresses.
pub(crate) async fn prove_at(
    dir: &Path,
    month: Month,
    servers: Option<&[String; 2]>,
) -> Result<Vec<Proof>, Failure> {
    let mut prover = Prover::of(dir, month, servers).await?;
    if prover.has("select count(*) from bill_ctl where month = ?").await? {
        prover.dimensions().await?;
        prover.merged().await?;
        prover.sums().await?;
        prover.prepayments().await?;
        prover.debts().await?;
        prover.accounts().await?;
        prover.groups().await?;
        prover.daily().await?;
        prover.localised().await?;
    }
    if dir.join("in").is_dir() {
        prover.stations(dir).await?;
    }
    if prover.has("select count(*) from main_plan_adjust where month = ?").await? {
        prover.main_plans().await?;
    }
    if prover.has("select count(*) from month_init_ctl where month = ?").await? {
        prover.rehearsal().await?;
    }
    Ok(prover.proofs)
}

/// Those of `proofs` that do not prove: unequal, or about nothing.
pub(crate) fn unproven(proofs: &[Proof]) -> Vec<&Proof> {
    proofs.iter().filter(|p| p.from_sources != p.in_warehouse || p.from_sources == 0).collect()
}

async fn server(url: &str) -> Result<Link, Failure> {
    sqlx::any::install_default_drivers();
    Ok(Link::Server(AnyConnection::connect(url).await?))
}

async fn open(dir: &Path, file: &str, shfin: Option<&str>) -> Result<Link, Failure> {
    let options = SqliteConnectOptions::new().filename(dir.join(file));
    let mut conn = SqliteConnection::connect_with(&options).await?;
    if let Some(beside) = shfin {
        let path = dir.join(beside).to_string_lossy().into_owned();
        sqlx::query("attach database ? as SHFIN").bind(path).execute(&mut conn).await?;
    }
    Ok(Link::File(conn))
}

/// A query with its key in place: servers write parameters each in their own way.
fn with_key(sql: &str, key: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql.replace('?', &format!("'{key}'")))
}

async fn rows(link: &mut Link, sql: &str, key: &str) -> Result<Vec<Row>, Failure> {
    let sql = with_key(sql, key);
    Ok(match link {
        Link::File(conn) => sqlx::query_as(sql).fetch_all(conn).await?,
        Link::Server(conn) => sqlx::query_as(sql).fetch_all(conn).await?,
    })
}

async fn one(link: &mut Link, sql: &str, key: &str) -> Result<i64, Failure> {
    Ok(match link {
        Link::File(conn) => sqlx::query_scalar(with_key(sql, key)).fetch_one(conn).await?,
        Link::Server(conn) => {
            // A sum is wider there than what it adds up.
            let sql = with_key(&format!("select cast(({sql}) as bigint)"), key);
            sqlx::query_scalar(sql).fetch_one(conn).await?
        }
    })
}

/// Add up the last number of `rows` by their first.
fn by_first(rows: &[Row]) -> BTreeMap<i64, i64> {
    rows.iter().fold(BTreeMap::new(), |mut sums, row| {
        *sums.entry(row.0).or_insert(0) += row.3;
        sums
    })
}

fn total(rows: &[Row]) -> i64 {
    rows.iter().map(|row| row.3).sum()
}

/// One number that changes when an amount is put to another id's account.
fn fingerprint(sums: &BTreeMap<i64, i64>) -> i64 {
    sums.iter().map(|(id, amount)| id % 1_000_003 * amount).sum()
}

impl Prover {
    async fn of(dir: &Path, month: Month, servers: Option<&[String; 2]>) -> Result<Self, Failure> {
        let (mpp, bill24) = match servers {
            Some([mpp, bill24]) => (server(mpp).await?, server(bill24).await?),
            None => (open(dir, "mpp.db", Some("mpp_shfin.db")).await?, open(dir, "bill24.db", None).await?),
        };
        Ok(Prover {
            yt: open(dir, "yt.db", Some("yt_shfin.db")).await?,
            mpp,
            bill24,
            month,
            day: month.last_day().strftime("%Y%m%d").to_string(),
            proofs: Vec::new(),
        })
    }

    /// Does the appliance have such rows of the month?
    async fn has(&mut self, sql: &str) -> Result<bool, Failure> {
        Ok(one(&mut self.yt, sql, &self.month.to_string()).await? > 0)
    }

    /// The raw rows of all localities; `columns` are four numbers, `AREA` stands for the locality's.
    async fn parts(&mut self, table: &str, columns: &str) -> Result<Vec<Row>, Failure> {
        let (key, value) = self.key(table);
        let mut all = Vec::new();
        for area in AREAS {
            let columns = columns.replace("AREA", area.trim_start_matches('0'));
            let sql = format!("select {columns} from {table}_{area} where {key} = ?");
            all.extend(rows(&mut self.yt, &sql, &value).await?);
        }
        Ok(all)
    }

    async fn source(&mut self, sql: &str) -> Result<Vec<Row>, Failure> {
        rows(&mut self.yt, sql, &self.month.to_string()).await
    }

    fn key(&self, table: &str) -> (&'static str, String) {
        match table {
            "bill" | "bill_prod" | "bill_item" | "bill_dtl4" => ("month", self.month.to_string()),
            _ => ("day_id", self.day.clone()),
        }
    }

    /// Set `expected` beside the sum of `what` over the appliance's `table`.
    async fn expect(&mut self, name: &str, expected: i64, what: &str, table: &str) -> Result<(), Failure> {
        let daily = table.ends_with("_d");
        let (key, value) =
            if daily { ("day_id", self.day.clone()) } else { ("month", self.month.to_string()) };
        let sql = format!("select coalesce(sum({what}), 0) from {table} where {key} = ?");
        let found = one(&mut self.yt, &sql, &value).await?;
        self.put(name, expected, found);
        Ok(())
    }

    /// The same, by `key`: an amount that was put to another one's account shows.
    async fn expect_by(
        &mut self,
        name: &str,
        expected: &BTreeMap<i64, i64>,
        (key, column): (&str, &str),
        table: &str,
    ) -> Result<(), Failure> {
        let what = format!("{key} % 1000003 * {column}");
        self.expect(name, fingerprint(expected), &what, table).await
    }

    fn put(&mut self, name: &str, from_sources: i64, in_warehouse: i64) {
        self.proofs.push(Proof { name: name.to_owned(), from_sources, in_warehouse });
    }
}
