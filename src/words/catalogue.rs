//! The catalogue itself: Fluent files, embedded, one bundle a language, parsed when first needed.

use std::sync::LazyLock;

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

static EN: LazyLock<Bundle> = LazyLock::new(|| bundle(ENGLISH, Lang::En));
static ZH: LazyLock<Bundle> = LazyLock::new(|| bundle(CHINESE, Lang::Zh));

fn bundle(sources: &[&str], lang: Lang) -> Bundle {
    let tag = match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    };
    let id: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    for source in sources {
        // A file with an error still yields what can be read; a test wants every file without one.
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(partial, _)| partial);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

fn of(lang: Lang) -> &'static Bundle {
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
    let bundle = of(lang);
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
    of(lang).has_message(id)
}
