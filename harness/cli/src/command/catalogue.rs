//! Where the drivers of other providers are.

use std::env;
use std::path::{Path, PathBuf};

use rolecall_providers::child::{Catalogue, Driver, Variables};

use super::instead;

/// Where drivers are, from the root of the repository.
const FOLDER: &str = "fixtures/providers";

/// The drivers of the repository that this is run in, else of the one that this was built from.
pub(crate) fn catalogue() -> Catalogue {
    let here = env::current_dir().unwrap_or_default();
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let mut roots = here.ancestors().chain(built);
    let root = roots.find(|root| root.join(FOLDER).is_dir());
    let root = root.unwrap_or(&here);
    let installed = env::var_os("ROLECALL_PROVIDERS").map(PathBuf::from);
    let installed = installed.unwrap_or_else(|| root.join("target/providers"));
    Catalogue::new(root.join(FOLDER), installed)
}

/// The driver of that name, installed. `beside` are the names that mean a provider without one.
///
/// # Errors
/// There is none, or its manifest is wrong, or what it needs is missing: in words.
pub(crate) fn installed(name: &str, beside: &[&str]) -> Result<Driver, String> {
    let catalogue = catalogue();
    let found = catalogue.driver(name).map_err(|bad| bad.to_string())?;
    let Some(driver) = found else {
        let ids = catalogue.ids();
        let names = ids.iter().map(String::as_str).chain(beside.iter().copied());
        return Err(format!("no provider `{name}`{}", instead(name, names)));
    };
    match driver.missing(&path()) {
        None => Ok(driver),
        Some(missing) => Err(format!(
            "the provider `{name}` is not installed: there is no {missing}; install it with `{}`",
            set_up(name)
        )),
    }
}

/// The command that installs a driver.
pub(crate) fn set_up(name: &str) -> String {
    format!("just drivers-setup {name}")
}

/// The variables of whoever runs this. What is no text is left out.
pub(crate) fn caller() -> Variables {
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    env::vars_os().filter_map(text).collect()
}

/// Where programs are looked for.
pub(crate) fn path() -> String {
    env::var("PATH").unwrap_or_default()
}
