//! Programs, and the process that keeps them while engines come and go: a keeper for every run on every host. The
//! engine's side is `client::Keeper`, the other one is `serve`; what they have in common are programs (`process`),
//! what they print (`tape`, `log`, `mask`, `keep`) and what is said and written down (`protocol`, `records`).

mod births;
mod book;
pub(crate) mod client;
mod engine;
pub(crate) mod group;
pub(crate) mod home;
mod keep;
mod line;
mod link;
pub(crate) mod log;
pub(crate) mod mask;
mod place;
pub(crate) mod process;
pub(crate) mod protocol;
pub(crate) mod records;
mod serve;
pub(crate) mod tail;
pub(crate) mod tape;

pub use self::home::WORD;
pub use self::serve::{is_keeper, serve};
