//! The reference page has every word.

use crate::language::words;

#[test]
fn every_word_is_on_the_page() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/scenario-language.md"
    );
    let page = std::fs::read_to_string(path).expect("the reference page");
    let missing: Vec<&str> = words()
        .into_iter()
        .filter(|word| !page.contains(&format!("`{word}`")))
        .collect();
    assert_eq!(
        missing, [""; 0],
        "words that docs/scenario-language.md lacks"
    );
}
