//! The bodies that may have been hashed in place of the right one.

mod escape;
mod json;
mod print;

use std::{borrow::Cow, collections::HashMap};

use sha2::{Digest, Sha256};

use self::{
    escape::Escapes,
    json::Token,
    print::{Ending, Layout, Numbers, Recipe},
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
    /// The mistakes that lead to it: as few as possible, in every way there is; none to the first.
    pub(super) ways: Vec<Vec<Mistake>>,
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

    /// Every variant of up to so many mistakes, the right one first, no two of them the same.
    pub(super) fn variants(&self, depth: usize) -> Vec<Variant> {
        let mut variants = Variants::default();
        variants.add(Vec::new(), hash(self.right()), From::Right(Recipe::default()));
        if depth == 0 {
            return variants.all;
        }
        variants.add(vec![Mistake::BodyEmpty], hash(b""), From::Nothing);
        alter(&self.right, depth, |mistakes, hash, recipe| {
            variants.add(mistakes, hash, From::Right(recipe));
        });
        if self.sent != self.right() {
            let mut unminified = |mut mistakes: Vec<_>, hash, recipe| {
                mistakes.insert(0, Mistake::BodyUnminified);
                variants.add(mistakes, hash, From::Sent(recipe));
            };
            unminified(Vec::new(), hash(self.sent), Recipe::default());
            alter(self.sent, depth - 1, unminified);
        }
        variants.all
    }

    /// The bytes of a variant.
    pub(super) fn bytes(&self, made: Made) -> Vec<u8> {
        let mut bytes = Vec::new();
        match made.0 {
            From::Nothing => {}
            From::Right(recipe) => Printer::of(&self.right).print_whole(recipe, &mut bytes),
            From::Sent(recipe) => Printer::of(self.sent).print_whole(recipe, &mut bytes),
        }
        bytes
    }
}

/// Variants by their hashes.
#[derive(Default)]
struct Variants {
    all: Vec<Variant>,
    places: HashMap<[u8; 32], usize>,
}

impl Variants {
    /// What comes out as another with fewer mistakes is left out: a second one may undo the first.
    fn add(&mut self, mistakes: Vec<Mistake>, hash: [u8; 32], made: From) {
        let place = *self.places.entry(hash).or_insert(self.all.len());
        match self.all.get_mut(place) {
            None => self.all.push(Variant { ways: vec![mistakes], hash, made: Made(made) }),
            Some(same) if same.ways[0].len() < mistakes.len() => {}
            Some(same) if same.ways[0].len() > mistakes.len() => {
                (same.ways, same.made) = (vec![mistakes], Made(made));
            }
            Some(same) if same.ways.contains(&mistakes) => {}
            Some(same) => same.ways.push(mistakes),
        }
    }
}

/// Every way to print a body otherwise with up to so many mistakes.
fn alter(body: &[u8], depth: usize, mut found: impl FnMut(Vec<Mistake>, [u8; 32], Recipe)) {
    if depth == 0 || body.len() > MAX_PRINTED {
        return;
    }
    let printer = Printer::of(body);
    let (mut printed, mut ended) = (Vec::new(), Vec::new());
    // Whether a recipe of so many mistakes makes a difference, without and with another ending.
    let mut attempt = |recipe: Recipe, mistakes: usize| {
        printer.print(recipe, &mut printed);
        let differs = printed != body;
        let hashed = Sha256::new_with_prefix(&printed);
        if differs {
            found(recipe.mistakes(), hashed.clone().finalize().into(), recipe);
        }
        if mistakes < depth && (differs || mistakes == 0) {
            for ending in ENDINGS.into_iter().filter(|ending| ending.matters(&printed)) {
                if let Ending::Newline(bytes) = ending {
                    if body.strip_suffix(bytes.as_bytes()) != Some(&printed) {
                        let recipe = Recipe { ending: Some(ending), ..recipe };
                        let hash = hashed.clone().chain_update(bytes).finalize().into();
                        found(recipe.mistakes(), hash, recipe);
                    }
                    continue;
                }
                ended.clone_from(&printed);
                ending.apply(&mut ended);
                if ended != printed && ended != body {
                    let recipe = Recipe { ending: Some(ending), ..recipe };
                    found(recipe.mistakes(), hash(&ended), recipe);
                }
            }
        }
        differs
    };
    attempt(Recipe::default(), 0);
    let singles = printer.singles().filter(|recipe| depth == 1 || !recipe.is_rare());
    let effective: Vec<_> = singles.filter(|recipe| attempt(*recipe, 1)).collect();
    if depth > 1 {
        for (at, first) in effective.iter().enumerate() {
            for both in effective[at + 1..].iter().filter_map(|second| first.and(*second)) {
                attempt(both, 2);
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

    /// Every recipe with one mistake before the ending; none where the body is not JSON.
    fn singles(&self) -> impl Iterator<Item = Recipe> + use<> {
        let right = Recipe::default();
        let layouts = LAYOUTS.map(|layout| Recipe { layout: Some(layout), ..right });
        let sorted = [Recipe { sorted: true, ..right }];
        let escapes = ESCAPES.map(|escapes| Recipe { escapes: Some(escapes), ..right });
        let numbers = NUMBERS.map(|numbers| Recipe { numbers: Some(numbers), ..right });
        let all = layouts.into_iter().chain(sorted).chain(escapes).chain(numbers);
        all.take(if self.tokens.is_some() { usize::MAX } else { 0 })
    }

    /// The body by this recipe, but for its ending.
    fn print(&self, recipe: Recipe, out: &mut Vec<u8>) {
        out.clear();
        match if recipe.sorted { &self.sorted } else { &self.tokens } {
            Some(tokens) => recipe.print(tokens, out),
            None => out.extend_from_slice(self.bytes),
        }
    }

    fn print_whole(&self, recipe: Recipe, out: &mut Vec<u8>) {
        self.print(recipe, out);
        if let Some(ending) = recipe.ending {
            ending.apply(out);
        }
    }
}

impl Recipe {
    /// Whether it is tried alone only.
    fn is_rare(self) -> bool {
        self.layout == Some(Layout::ColonSpaced)
    }

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

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

const LAYOUTS: [Layout; 6] = [
    Layout::Compact,
    Layout::Spaced,
    Layout::ColonSpaced,
    Layout::Indent(2),
    Layout::Indent(4),
    Layout::Stripped,
];
const ESCAPES: [Escapes; 7] = [
    Escapes::Resolved,
    Escapes::Html,
    Escapes::Gson,
    Escapes::Ascii,
    Escapes::Slashes,
    Escapes::Php,
    Escapes::DotNet,
];
const NUMBERS: [Numbers; 2] = [Numbers::Shortened, Numbers::Integer];
const ENDINGS: [Ending; 5] =
    [Ending::Trimmed, Ending::Newline("\n"), Ending::Newline("\r\n"), Ending::CrLf, Ending::Lf];
/// Larger bodies are searched for single mistakes only, so that the time stays bounded.
const MAX_FOR_PAIRS: usize = 64 << 10;
/// Larger ones are not re-printed at all.
const MAX_PRINTED: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_variant_can_be_made_again_and_is_never_the_right_body(
            body in r#" ?\{"[bc</]?": ?(6\.00|"[aé& ]{0,2}"), ?"a":\[\]\}(\r?\n)?|[a-z \n]{0,9}"#,
            snap in any::<bool>(),
        ) {
            let body = body.as_bytes();
            let body = if snap { Body::minified(body) } else { Body::as_sent(body) };
            let variants = body.variants(2);
            prop_assert!(variants[0].ways[0].is_empty());
            prop_assert_eq!(hash(body.right()), variants[0].hash);
            for variant in &variants[1..] {
                prop_assert!((1..=2).contains(&variant.ways[0].len()));
                prop_assert_eq!(hash(&body.bytes(variant.made)), variant.hash);
                prop_assert_ne!(variant.hash, variants[0].hash, "{:?}", variant.ways);
            }
        }
    }
}
