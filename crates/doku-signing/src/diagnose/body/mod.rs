//! The bodies that may have been hashed in place of the right one.

mod json;
mod print;

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use self::{
    json::Token,
    print::{Ending, Escapes, Layout, Numbers, Recipe},
};
use super::Mistake;
use crate::snap::minify;

/// A body as it was sent, and as it should be hashed.
pub(super) struct Body<'a> {
    sent: &'a [u8],
    /// What should be hashed: SNAP minifies.
    right: Cow<'a, [u8]>,
}

/// A body that may have been hashed.
pub(super) struct Variant {
    /// What is wrong with it: nothing with the first one.
    pub(super) mistakes: Vec<Mistake>,
    pub(super) hash: [u8; 32],
    pub(super) made: Made,
}

/// How to make a variant again: its bytes are not kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made(From);

#[derive(Debug, Clone, Copy)]
enum From {
    Nothing,
    Right(Recipe),
    Sent(Recipe),
}

impl<'a> Body<'a> {
    /// Where the bytes are hashed as they are sent.
    pub(super) fn as_sent(body: &'a [u8]) -> Self {
        Self { sent: body, right: Cow::Borrowed(body) }
    }

    /// Where the minified bytes are hashed.
    pub(super) fn minified(body: &'a [u8]) -> Self {
        Self { sent: body, right: minify(body) }
    }

    /// What should be hashed.
    pub(super) fn right(&self) -> &[u8] {
        &self.right
    }

    /// Whether it is small enough to be searched for pairs of mistakes.
    pub(super) fn is_small(&self) -> bool {
        self.sent.len() <= MAX_FOR_PAIRS
    }

    /// Every variant of up to so many mistakes, the right one first. Those that come out as it does
    /// are left out: nothing is wrong with them.
    pub(super) fn variants(&self, depth: usize) -> Vec<Variant> {
        let right = Recipe::default();
        let mut variants = vec![Variant {
            mistakes: Vec::new(),
            hash: hash(self.right()),
            made: Made(From::Right(right)),
        }];
        if depth == 0 {
            return variants;
        }
        if !self.right().is_empty() {
            let mistakes = vec![Mistake::BodyEmpty];
            variants.push(Variant { mistakes, hash: hash(b""), made: Made(From::Nothing) });
        }
        alter(&self.right, depth, |mistakes, hash, recipe| {
            variants.push(Variant { mistakes, hash, made: Made(From::Right(recipe)) });
        });
        if self.sent != self.right() {
            let mut unminified = |mut mistakes: Vec<_>, hash, recipe| {
                mistakes.insert(0, Mistake::BodyUnminified);
                variants.push(Variant { mistakes, hash, made: Made(From::Sent(recipe)) });
            };
            unminified(Vec::new(), hash(self.sent), right);
            alter(self.sent, depth - 1, unminified);
        }
        variants
    }

    /// The bytes of a variant.
    pub(super) fn bytes(&self, made: Made) -> Vec<u8> {
        let mut bytes = Vec::new();
        match made.0 {
            From::Nothing => {}
            From::Right(recipe) => Printer::of(&self.right).print(recipe, &mut bytes),
            From::Sent(recipe) => Printer::of(self.sent).print(recipe, &mut bytes),
        }
        bytes
    }
}

/// Every way to print a body otherwise with up to so many mistakes.
fn alter(body: &[u8], depth: usize, mut found: impl FnMut(Vec<Mistake>, [u8; 32], Recipe)) {
    if depth == 0 || body.len() > MAX_PRINTED {
        return;
    }
    let printer = Printer::of(body);
    let mut bytes = Vec::new();
    let mut effective = Vec::new();
    for recipe in singles() {
        printer.print(recipe, &mut bytes);
        if bytes != body {
            found(recipe.mistakes(), hash(&bytes), recipe);
            effective.push(recipe);
        } else if recipe.ending.is_some() {
            // Line ends may have to come from another mistake first.
            effective.push(recipe);
        }
    }
    if depth == 1 {
        return;
    }
    for (at, first) in effective.iter().enumerate() {
        for second in &effective[at + 1..] {
            let Some(both) = first.and(*second) else { continue };
            printer.print(both, &mut bytes);
            if bytes != body {
                found(both.mistakes(), hash(&bytes), both);
            }
        }
    }
}

/// The body's tokens, read once for all recipes.
struct Printer<'a> {
    bytes: &'a [u8],
    tokens: Option<Vec<Token<'a>>>,
    sorted: Option<Vec<Token<'a>>>,
}

impl<'a> Printer<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let tokens = json::tokens(bytes);
        let sorted = tokens.as_deref().map(json::sorted);
        Self { bytes, tokens, sorted }
    }

    /// What is not JSON cannot be re-printed: there only the ending changes.
    fn print(&self, recipe: Recipe, out: &mut Vec<u8>) {
        out.clear();
        match if recipe.sorted { &self.sorted } else { &self.tokens } {
            Some(tokens) if recipe != (Recipe { ending: recipe.ending, ..Recipe::default() }) => {
                recipe.print(tokens, out);
            }
            _ => out.extend_from_slice(self.bytes),
        }
        if let Some(ending) = recipe.ending {
            ending.apply(out);
        }
    }
}

impl Recipe {
    /// Both at once; `None` where they choose on the same axis.
    fn and(self, other: Self) -> Option<Self> {
        fn either<T>(one: Option<T>, other: Option<T>) -> Option<Option<T>> {
            (one.is_none() || other.is_none()).then(|| one.or(other))
        }
        Some(Self {
            layout: either(self.layout, other.layout)?,
            sorted: self.sorted || other.sorted,
            escapes: either(self.escapes, other.escapes)?,
            numbers: either(self.numbers, other.numbers)?,
            ending: either(self.ending, other.ending)?,
        })
    }
}

/// Every recipe with one mistake.
fn singles() -> impl Iterator<Item = Recipe> {
    let right = Recipe::default();
    let layouts =
        [Layout::Compact, Layout::Spaced, Layout::Indent(2), Layout::Indent(4), Layout::Stripped];
    let escapes = [
        Escapes::Resolved,
        Escapes::Html,
        Escapes::Gson,
        Escapes::Ascii,
        Escapes::Slashes,
        Escapes::Php,
    ];
    let numbers = [Numbers::Shortened, Numbers::Integer];
    let endings =
        [Ending::Trimmed, Ending::Newline("\n"), Ending::Newline("\r\n"), Ending::CrLf, Ending::Lf];
    let layouts = layouts.map(|layout| Recipe { layout: Some(layout), ..right });
    let sorted = [Recipe { sorted: true, ..right }];
    let escapes = escapes.map(|escapes| Recipe { escapes: Some(escapes), ..right });
    let numbers = numbers.map(|numbers| Recipe { numbers: Some(numbers), ..right });
    let endings = endings.map(|ending| Recipe { ending: Some(ending), ..right });
    layouts.into_iter().chain(sorted).chain(escapes).chain(numbers).chain(endings)
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Larger bodies are searched for single mistakes only, so that the time stays bounded.
const MAX_FOR_PAIRS: usize = 64 << 10;
/// Larger ones are not re-printed at all.
const MAX_PRINTED: usize = 1 << 20;
