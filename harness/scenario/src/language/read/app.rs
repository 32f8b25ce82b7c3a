//! `[app.NAME]`.

use std::collections::BTreeMap;

use super::table::Table;
use super::value::Value;
use crate::language::at::At;
use crate::language::model::{App, Place, Setting, SettingKind, SettingValue, Use};
use crate::language::places::Places;
use crate::language::shape;
use crate::language::suggest;
use crate::language::word::Word;

/// The apps that are written, or the one that need not be.
pub(super) fn apps(root: &Table<'_>, places: &Places<'_>) -> BTreeMap<String, At<App>> {
    if root.get("app").is_some() {
        // A place that could not be read is not therefore unknown.
        let places = (!root.reader.is_incomplete()).then_some(places);
        return root.named("app", |name, value| {
            app(value.within(&format!("app `{name}`")), places)
        });
    }
    let implicit = places.only().map(|place| {
        let app = At::from(App::on(place.clone()));
        (place.name().to_owned(), app)
    });
    implicit.into_iter().collect()
}

fn app(value: Value<'_>, places: Option<&Places<'_>>) -> Option<App> {
    let table = value.table(&shape::APP)?;
    let on = on(&table, places);
    let settings = table.optional("settings", settings);
    let rest = App {
        on: Place::Laptop.into(),
        use_: table
            .optional("use", Value::word)
            .unwrap_or_else(|| Use::Client.into()),
        profile: table.optional("profile", Value::text),
        env: table.texts("env"),
        settings: settings.unwrap_or_default(),
        clock_skew: table.optional("clock-skew", Value::signed_duration),
    };
    Some(App { on: on?, ..rest })
}

fn on(table: &Table<'_>, places: Option<&Places<'_>>) -> Option<At<Place>> {
    let places = places?;
    match (table.get("on"), places.only()) {
        (None, Some(only)) => Some(At::from(only.clone())),
        _ => table.required("on", |value| place(value, places)),
    }
}

fn place(value: Value<'_>, places: &Places<'_>) -> Option<At<Place>> {
    let name = value.text()?;
    let place = places.find(&name.value).unwrap_or_else(|| {
        value.refuse::<()>(
            &format!("no instance, task or pod `{name}`"),
            "not in this world",
            Some(suggest::instead(&name.value, places.names(), "")),
        );
        // Enough is said about it; the rest of the file can still be judged.
        Place::Laptop
    });
    Some(name.map(|_| place))
}

fn settings(value: Value<'_>) -> Option<BTreeMap<Setting, At<SettingValue>>> {
    let read = value.named(|name, value| {
        let Some(setting) = Setting::of(name) else {
            return value.unknown_key::<Setting, _>();
        };
        Some((setting, setting_value(setting, value)?))
    })?;
    Some(read.into_values().map(|entry| entry.value).collect())
}

fn setting_value(setting: Setting, value: Value<'_>) -> Option<At<SettingValue>> {
    match setting.kind() {
        SettingKind::Text => Some(value.text()?.map(SettingValue::Text)),
        SettingKind::Flag => Some(value.flag()?.map(SettingValue::Flag)),
        SettingKind::Count => Some(value.whole()?.map(SettingValue::Count)),
        SettingKind::Seconds => Some(value.seconds()?.map(SettingValue::Seconds)),
        SettingKind::Endpoints => {
            let urls = value.named(|_, value| value.text())?;
            let urls = urls
                .into_iter()
                .map(|(service, url)| (service, url.value.value));
            Some(value.at_key(SettingValue::Endpoints(urls.collect())))
        }
    }
}
