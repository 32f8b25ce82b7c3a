//! Who is judged: all that a verdict depends on besides suite and rule.

use std::fs;
use std::io;
use std::path::Path;

use rolecall_conformance::{Published, Subject, fingerprint};
use rolecall_scenarios::AWS_CONFIG_FINDINGS;

use super::super::provider::{AWS_CONFIG, Chosen};

/// Files in a driver's folder that say something about the provider and are no part of the driver.
const NOTES: &[&str] = &["findings.toml", "known-failing.toml"];

/// What builds leave behind in a driver's folder.
const BUILT: &[&str] = &["__pycache__", "node_modules", "target"];

/// Who it is, after its control: only then is it known what it calls itself, and how its clock is moved.
///
/// # Errors
/// Its files cannot be read: in words.
pub(super) fn subject(chosen: &Chosen, date: &str) -> Result<Subject, String> {
    let provider = chosen.provider();
    let words = chosen.words();
    let of_folder = |folder: &Path| {
        folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let (id, driver) = match (chosen.folder(), words.filter(|_| !chosen.is_in_process())) {
        (Some(folder), _) => {
            let driver =
                hashed(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            (of_folder(folder).unwrap_or_default(), driver)
        }
        (None, Some(words)) => (provider.name().to_owned(), fingerprint([words.as_bytes()])),
        (None, None) => {
            let own = format!("rolecall {}", env!("CARGO_PKG_VERSION"));
            (provider.name().to_owned(), own)
        }
    };
    Ok(Subject {
        id,
        name: provider.name().to_owned(),
        version: provider.version().to_owned(),
        driver,
        platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
        clock: provider.clock().unwrap_or("virtual").to_owned(),
        date: date.to_owned(),
        words: words.map(str::to_owned),
    })
}

/// What is published about it.
///
/// # Errors
/// Its file is wrong: in words.
pub(super) fn findings(chosen: &Chosen) -> Result<Vec<Published>, String> {
    match chosen.folder() {
        Some(folder) => {
            let path = folder.join("findings.toml");
            let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
            match fs::read_to_string(&path) {
                Ok(text) => Published::parse(&text).map_err(|error| said(&error)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                Err(error) => Err(said(&error)),
            }
        }
        None if chosen.is_in_process() && chosen.provider().name() == AWS_CONFIG => {
            Published::parse(AWS_CONFIG_FINDINGS)
        }
        None => Ok(Vec::new()),
    }
}

/// A hash of the files of a driver.
fn hashed(folder: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    files.sort();
    let texts = files
        .iter()
        .flat_map(|(name, text)| [name.as_bytes(), text]);
    Ok(fingerprint(texts))
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type()?;
        if kind.is_dir() && !BUILT.contains(&name.as_str()) {
            collect(root, &entry.path(), files)?;
        } else if kind.is_file() && !NOTES.contains(&name.as_str()) {
            let path = entry.path();
            let below = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            files.push((below, fs::read(path)?));
        }
    }
    Ok(())
}
