//! The catalogue itself: Fluent files, embedded. A file is parsed when one of its sentences is first needed: most commands
//! say few, and what is parsed stays in memory for as long as a run waits.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use super::{Arg, Lang, Msg};

const ENGLISH: &[&str] = &[
    include_str!("../../locales/en/problems.ftl"),
    include_str!("../../locales/en/run.ftl"),
    include_str!("../../locales/en/exec.ftl"),
    include_str!("../../locales/en/term.ftl"),
    include_str!("../../locales/en/cli.ftl"),
    include_str!("../../locales/en/latest.ftl"),
    include_str!("../../locales/en/mail.ftl"),
    include_str!("../../locales/en/diff.ftl"),
    include_str!("../../locales/en/why.ftl"),
    include_str!("../../locales/en/verify.ftl"),
    include_str!("../../locales/en/doctor.ftl"),
    include_str!("../../locales/en/man.ftl"),
];
const CHINESE: &[&str] = &[
    include_str!("../../locales/zh/problems.ftl"),
    include_str!("../../locales/zh/run.ftl"),
    include_str!("../../locales/zh/exec.ftl"),
    include_str!("../../locales/zh/term.ftl"),
    include_str!("../../locales/zh/cli.ftl"),
    include_str!("../../locales/zh/latest.ftl"),
    include_str!("../../locales/zh/mail.ftl"),
    include_str!("../../locales/zh/diff.ftl"),
    include_str!("../../locales/zh/why.ftl"),
    include_str!("../../locales/zh/verify.ftl"),
    include_str!("../../locales/zh/doctor.ftl"),
    include_str!("../../locales/zh/man.ftl"),
];

type Bundle = FluentBundle<FluentResource>;

/// The sentences of one language. None of them names another one, so that a file can stand alone.
struct Catalogue {
    lang: Lang,
    files: Vec<File>,
    /// Which file has the sentence of an id.
    places: HashMap<&'static str, usize>,
}

struct File {
    source: &'static str,
    bundle: OnceLock<Bundle>,
}

static EN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::of(ENGLISH, Lang::En));
static ZH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::of(CHINESE, Lang::Zh));

impl Catalogue {
    fn of(sources: &[&'static str], lang: Lang) -> Self {
        let files = sources.iter().map(|source| File { source, bundle: OnceLock::new() }).collect();
        let ids = sources.iter().enumerate().flat_map(|(file, source)| ids(source).map(move |id| (id, file)));
        Catalogue { lang, files, places: ids.collect() }
    }

    /// The bundle that holds `id`.
    fn bundle(&self, id: &str) -> Option<&Bundle> {
        let file = self.files.get(*self.places.get(id)?)?;
        Some(file.bundle.get_or_init(|| parsed(file.source, self.lang)))
    }
}

/// The ids of a file's sentences: an entry begins where a line does, what belongs to it is indented.
fn ids(source: &str) -> impl Iterator<Item = &str> {
    let begins = |line: &&str| line.starts_with(|first: char| first.is_ascii_alphabetic());
    source.lines().filter(begins).filter_map(|line| Some(line.split_once('=')?.0.trim_end()))
}

fn parsed(source: &str, lang: Lang) -> Bundle {
    let tag = match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    };
    let id: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    // A file with an error still yields what can be read; a test wants every file without one.
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
    bundle.add_resource_overriding(resource);
    bundle
}

fn of(lang: Lang) -> &'static Catalogue {
    match lang {
        Lang::En => &EN,
        Lang::Zh => &ZH,
    }
}

/// The sentence of `msg` in `lang`. An id that is missing shows itself, so that nothing is ever silent.
pub fn render(lang: Lang, msg: &Msg) -> String {
    if let (Some(Arg::Text(family)), Some(Arg::Text(word))) = (msg.args.get("family"), msg.args.get("word")) {
        return show(lang, &format!("{family}-{word}"), &[]);
    }
    show(lang, msg.id, &msg.args.iter().map(|(name, arg)| (*name, arg.clone())).collect::<Vec<_>>())
}

/// The sentence named `id`, for ids that are put together from a status or a verb.
pub fn show(lang: Lang, id: &str, args: &[(&str, Arg)]) -> String {
    let Some(bundle) = of(lang).bundle(id) else { return id.to_owned() };
    let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
        return id.to_owned();
    };
    let mut values = FluentArgs::new();
    for (name, arg) in args {
        let value = match arg {
            Arg::Text(text) => FluentValue::from(text.clone()),
            Arg::Count(count) => FluentValue::from(*count),
            Arg::Msg(inner) => FluentValue::from(render(lang, inner)),
        };
        values.set(*name, value);
    }
    bundle.format_pattern(pattern, Some(&values), &mut Vec::new()).into_owned()
}

/// Does the catalogue of `lang` hold a sentence named `id`?
pub fn has(lang: Lang, id: &str) -> bool {
    of(lang).places.contains_key(id)
}
