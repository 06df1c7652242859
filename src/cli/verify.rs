//! `verify`: is a run's journal as it was written?

use serde_json::json;

use super::deciding::here;
use super::exit::{Exit, Failed};
use super::pick;
use super::planning::pretty;
use super::session::Session;
use crate::id::RunId;
use crate::msg;
use crate::store::{Store, StoreError};
use crate::words::Explain;

/// Says that the journal is whole, or names the first thing in it that does not fit.
pub(super) async fn verify(session: &Session, named: Option<&str>) -> Result<Exit, Failed> {
    let project = here(session)?;
    let mut store = session.open_store(&project).await?.ok_or_else(pick::no_run)?;
    let run = meant(session, &mut store, named).await?;
    let found = store.verify(&run).await?;
    store.close().await;
    let name = run.to_string();
    if session.json {
        let value = match &found {
            Ok(whole) => {
                json!({"run": name, "whole": true, "events": whole.events, "head": whole.head, "error": null})
            }
            Err(broken) => {
                let error = crate::words::render(crate::words::Lang::En, &broken.explain());
                json!({"run": name, "whole": false, "events": null, "head": null, "error": error})
            }
        };
        session.output.result(&pretty(&value));
    }
    match found {
        Ok(_) if session.json => Ok(Exit::Done),
        Ok(whole) => {
            let said = msg!("verify-whole", run = name, events = whole.events, head = whole.head);
            session.output.result(&session.say(&said));
            Ok(Exit::Done)
        }
        Err(broken) => {
            let what = session.say(&broken.explain());
            Err(Failed::new(Exit::Unexpected, msg!("verify-broken", run = name, what = what)))
        }
    }
}

/// A list of runs that cannot be read is what is looked for here, not a store that is out of reach.
async fn meant(session: &Session, store: &mut Store, named: Option<&str>) -> Result<RunId, Failed> {
    if let Err(error @ StoreError::Damaged { .. }) = store.runs().await {
        return Err(Failed::new(Exit::Unexpected, error.explain()));
    }
    pick::run(session, store, named, pick::Purpose::Look).await
}
