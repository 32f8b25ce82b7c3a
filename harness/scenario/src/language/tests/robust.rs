//! No text makes the parser panic, and every span it gives lies within the text.

use super::account::parse;
use super::everything::EVERYTHING;

fn survives(text: &str) {
    let Err(bad) = parse(text) else { return };
    assert!(bad.problems().len() > 0, "refused without a reason");
    assert!(!bad.to_string().contains("cannot be read"), "{bad}\n{text}");
    for problem in bad.problems() {
        for label in problem.labels() {
            assert!(
                text.get(label.span.clone()).is_some(),
                "{:?} is not in the text: {}",
                label.span,
                problem.line()
            );
        }
    }
}

#[test]
fn a_file_cut_anywhere() {
    for end in (0..EVERYTHING.len()).filter(|end| EVERYTHING.is_char_boundary(*end)) {
        survives(&EVERYTHING[..end]);
    }
}

#[test]
fn a_line_left_out() {
    let lines: Vec<&str> = EVERYTHING.lines().collect();
    for left_out in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(left_out);
        survives(&rest.join("\n"));
    }
}

#[test]
fn keys_and_values_exchanged() {
    const OTHERS: [&str; 6] = [
        "= 7 #",
        "= '\u{e9}' #",
        "= [{}] #",
        "= {} #",
        "x = ",
        "= 99999999999999999999 #",
    ];
    let places: Vec<usize> = EVERYTHING.match_indices(" = ").map(|(at, _)| at).collect();
    for (index, place) in places.into_iter().enumerate() {
        let (before, after) = EVERYTHING.split_at(place);
        // Neighbours get different ones; trying all at each place takes too long.
        for other in [OTHERS[index % 6], OTHERS[(index + 3) % 6]] {
            survives(&format!(
                "{before} {other}{}",
                after.trim_start_matches(" =")
            ));
        }
    }
}

#[test]
fn letters_beyond_ascii_and_windows_lines() {
    survives(&EVERYTHING.replace("photos", "fotos-\u{e9}\u{1f600}"));
    survives(&EVERYTHING.replace('\n', "\r\n"));
    survives(&EVERYTHING.replace("Statement", "Efect"));
    survives("\u{feff}summary = 'x'");
    survives("\0");
}

#[test]
fn deep_nesting() {
    let deep = format!("summary = {}{}", "[".repeat(5_000), "]".repeat(5_000));
    survives(&deep);
    let each = format!(
        "summary = 'x'\n[[step]]\nname = 'a'\nresolve = {{}}\nexpect{}.issue = 1\n",
        ".each".repeat(50)
    );
    survives(&each);
    survives(&each.replace(".each", &".each".repeat(2_000)));
}
