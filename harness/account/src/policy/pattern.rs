//! Texts with wildcards and variables, compiled once and matched without backtracking blowup.

use super::context::Context;
use super::variable::Variable;

/// Colons in front of the resource part of an ARN.
const ARN_COLONS: usize = 5;

/// Which characters of a pattern are special.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    /// None, as in `StringEquals`.
    Plain,
    /// `*` and `?` match anything, as in `StringLike` and in actions.
    Wildcards,
    /// Wildcards stay in their component of the ARN, as in `ArnLike`.
    Arn,
    /// Wildcards of a `Resource`: see [`Syntax::star`].
    Resource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Sensitive,
    Insensitive,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    Variable(Variable),
    Star(Range),
    Question(Range),
}

/// What a wildcard may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    Anything,
    /// Anything but `:`.
    Component,
}

/// A compiled text of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    pieces: Box<[Piece]>,
    case: Case,
    has_variables: bool,
}

/// A piece whose variables have been replaced.
#[derive(Debug, Clone, Copy)]
enum Token<'p> {
    Text(&'p str),
    Star(Range),
    Question(Range),
}

impl Syntax {
    /// What a `*` stands for that has `colons` in front of it and `rest` behind it.
    fn star(self, colons: usize, rest: &str) -> Option<Range> {
        match self {
            Self::Plain => None,
            // policy.condition.arn-components
            Self::Arn if colons < ARN_COLONS => Some(Range::Component),
            // policy.resource.star-crosses-slash: and as the last character of a component it may
            // go beyond the colon (current Resource page; the 2023 page had no such sentence).
            Self::Resource if colons < ARN_COLONS && !rest.is_empty() && !rest.starts_with(':') => {
                Some(Range::Component)
            }
            Self::Wildcards | Self::Arn | Self::Resource => Some(Range::Anything),
        }
    }

    fn question(self, colons: usize) -> Option<Range> {
        match self {
            Self::Plain => None,
            Self::Arn | Self::Resource if colons < ARN_COLONS => Some(Range::Component),
            Self::Wildcards | Self::Arn | Self::Resource => Some(Range::Anything),
        }
    }
}

impl Pattern {
    /// Compiles a text. Without `variables`, `${...}` is nothing special.
    pub(super) fn compile(
        text: &str,
        syntax: Syntax,
        case: Case,
        variables: bool,
    ) -> Result<Self, String> {
        Ok(Builder::read(text, syntax, variables)?.finish(case))
    }

    /// Compiles an ARN of a condition: six components, so that each can be compared with its own,
    /// or `*`. Whether AWS takes anything less is unsourced, so it is refused.
    pub(super) fn arn(text: &str, variables: bool) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::everything());
        }
        let builder = Builder::read(text, Syntax::Arn, variables)?;
        if builder.colons < ARN_COLONS {
            return Err(format!("`{text}` is no ARN"));
        }
        Ok(builder.finish(Case::Sensitive))
    }

    /// The pattern `*`.
    pub(super) fn everything() -> Self {
        Self {
            pieces: Box::new([Piece::Star(Range::Anything)]),
            case: Case::Sensitive,
            has_variables: false,
        }
    }

    /// Whether it is the pattern `*`.
    pub(super) fn is_everything(&self) -> bool {
        matches!(*self.pieces, [Piece::Star(Range::Anything)])
    }

    /// Whether a value is needed to know what the pattern says.
    pub(super) fn has_variables(&self) -> bool {
        self.has_variables
    }

    /// The text with the values of its variables; `None` if one has none.
    pub(super) fn filled(&self, context: &Context) -> Option<String> {
        let token = |piece: &Piece| {
            Some(match piece {
                Piece::Text(text) => text.to_string(),
                Piece::Variable(variable) => variable.resolve(context)?.to_owned(),
                Piece::Star(_) => "*".to_owned(),
                Piece::Question(_) => "?".to_owned(),
            })
        };
        self.pieces.iter().map(token).collect()
    }

    /// Whether the whole of `text` fits.
    pub(super) fn matches(&self, text: &str, context: &Context) -> bool {
        if !self.has_variables {
            let token = |index: usize| self.pieces.get(index)?.token(context);
            return fits(token, text, self.case);
        }
        // policy.variable.value-is-literal: a value becomes text, so its `*` matches only `*`.
        // policy.variable.no-value-matches-nothing
        let tokens: Option<Vec<Token<'_>>> = self.pieces.iter().map(|p| p.token(context)).collect();
        tokens.is_some_and(|tokens| fits(|index| tokens.get(index).copied(), text, self.case))
    }
}

impl Piece {
    /// `None` for a variable without a value.
    fn token<'p>(&'p self, context: &'p Context) -> Option<Token<'p>> {
        match self {
            Self::Text(text) => Some(Token::Text(text)),
            Self::Variable(variable) => variable.resolve(context).map(Token::Text),
            Self::Star(range) => Some(Token::Star(*range)),
            Self::Question(range) => Some(Token::Question(*range)),
        }
    }
}

#[derive(Default)]
struct Builder {
    pieces: Vec<Piece>,
    text: String,
    /// Those of values are not counted: they stand for themselves.
    colons: usize,
    has_variables: bool,
}

impl Builder {
    fn read(text: &str, syntax: Syntax, variables: bool) -> Result<Self, String> {
        let mut builder = Self::default();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            if variables && let Some(inside) = rest.strip_prefix("${") {
                let (inside, after) = inside
                    .split_once('}')
                    .ok_or_else(|| "`${` is never closed".to_owned())?;
                builder.variable(inside, syntax)?;
                rest = after;
                continue;
            }
            rest = &rest[character.len_utf8()..];
            let wildcard = match character {
                '*' => syntax.star(builder.colons, rest).map(Piece::Star),
                '?' => syntax.question(builder.colons).map(Piece::Question),
                _ => None,
            };
            match wildcard {
                Some(piece) => builder.piece(piece),
                None => builder.character(character),
            }
        }
        Ok(builder)
    }

    fn character(&mut self, character: char) {
        self.text.push(character);
        self.colons += usize::from(character == ':');
    }

    fn variable(&mut self, inside: &str, syntax: Syntax) -> Result<(), String> {
        // policy.variable.special-characters
        if matches!(inside, "*" | "?" | "$") {
            self.text.push_str(inside);
            return Ok(());
        }
        // policy.variable.resource-part-only
        if syntax == Syntax::Resource && self.colons < ARN_COLONS {
            return Err(format!(
                "`${{{inside}}}` stands before the fifth colon of the ARN"
            ));
        }
        self.has_variables = true;
        self.piece(Piece::Variable(Variable::parse(inside)?));
        Ok(())
    }

    fn piece(&mut self, piece: Piece) {
        self.flush();
        // `**` says no more than `*`.
        if !(matches!(piece, Piece::Star(_)) && self.pieces.last() == Some(&piece)) {
            self.pieces.push(piece);
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.pieces.push(Piece::Text(text.into()));
        }
    }

    fn finish(mut self, case: Case) -> Pattern {
        self.flush();
        Pattern {
            pieces: self.pieces.into(),
            case,
            has_variables: self.has_variables,
        }
    }
}

/// A place in the pattern and one in the text.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    token: usize,
    at: usize,
}

/// Takes the shortest text for each `*` and lengthens only the latest one on a mismatch.
///
/// That is enough, because an earlier `*` that takes more leaves less for the later ones. A `*`
/// that ends at a colon may have to give up in favour of the latest one that does not; an earlier
/// one that ends at a colon has no choice, as the colon behind it is fixed. So two places to
/// return to suffice, and the time is polynomial whatever the pattern.
fn fits<'p>(token: impl Fn(usize) -> Option<Token<'p>>, text: &str, case: Case) -> bool {
    let mut cursor = Cursor { token: 0, at: 0 };
    let mut across: Option<Cursor> = None;
    let mut inside: Option<Cursor> = None;
    loop {
        let rest = &text[cursor.at..];
        let advance = match token(cursor.token) {
            None if rest.is_empty() => return true,
            None => None,
            Some(Token::Text(wanted)) => case.starts_with(rest, wanted).then_some(wanted.len()),
            Some(Token::Question(range)) => range.one(rest),
            Some(Token::Star(range)) => {
                let after = Cursor {
                    token: cursor.token + 1,
                    ..cursor
                };
                match range {
                    Range::Anything if token(after.token).is_none() => return true,
                    Range::Anything => (across, inside) = (Some(after), None),
                    Range::Component => inside = Some(after),
                }
                Some(0)
            }
        };
        cursor = match advance {
            Some(length) => Cursor {
                token: cursor.token + 1,
                at: cursor.at + length,
            },
            None => match lengthen(&mut inside, Range::Component, text)
                .or_else(|| lengthen(&mut across, Range::Anything, text))
            {
                Some(cursor) => cursor,
                None => return false,
            },
        };
    }
}

/// Lets the `*` in front of `place` take one character more; forgets it if it cannot.
fn lengthen(place: &mut Option<Cursor>, range: Range, text: &str) -> Option<Cursor> {
    *place = place.and_then(|cursor| {
        let length = range.one(&text[cursor.at..])?;
        Some(Cursor {
            at: cursor.at + length,
            ..cursor
        })
    });
    *place
}

impl Range {
    /// The length of the first character, if it is in range.
    fn one(self, text: &str) -> Option<usize> {
        let first = text.chars().next()?;
        (self == Self::Anything || first != ':').then_some(first.len_utf8())
    }
}

impl Case {
    fn starts_with(self, text: &str, wanted: &str) -> bool {
        match self {
            Self::Sensitive => text.starts_with(wanted),
            // Bytes outside ASCII have to be equal, so the end is a character boundary.
            Self::Insensitive => text
                .as_bytes()
                .get(..wanted.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(wanted.as_bytes())),
        }
    }
}
