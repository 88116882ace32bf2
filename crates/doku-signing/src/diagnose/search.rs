//! The search: a string to sign is lines in a layout, each line has a slot, each slot its choices.
//! Right is the first choice everywhere; an explanation makes the wrong choice in one or two places.
//!
//! The walk goes along the string. What candidates have in common up to a line is signed once, what
//! follows their last mistake is one piece.

use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::{
    Mistake,
    body::Made,
    reading::{Algorithm, Reading, Wanted},
    slot::{Choice, Slot},
};
use crate::{mac, rsa::Verifier};

/// Everything that may have been signed, and with what.
pub(super) struct Scheme {
    pub(super) keys: Slot,
    pub(super) layouts: Vec<Layout>,
    pub(super) slots: Vec<Slot>,
}

/// How the parts are put together. The first of a scheme's is right.
pub(super) struct Layout {
    pub(super) mistakes: Vec<Mistake>,
    /// What stands before a part, and the place of the part's slot.
    pub(super) lines: Vec<(String, usize)>,
    /// What follows the last part.
    pub(super) end: &'static str,
}

/// A string that explains what was presented: the choices that make it.
pub(super) struct Found {
    key: usize,
    layout: usize,
    choices: Vec<usize>,
}

/// A candidate for the string that was signed, while it is put together.
trait Candidate: Clone {
    fn push(&mut self, part: &[u8]);

    fn explains(self, wanted: &Wanted) -> bool;
}

impl Candidate for Hmac<Sha256> {
    fn push(&mut self, part: &[u8]) {
        self.update(part);
    }

    fn explains(self, wanted: &Wanted) -> bool {
        wanted.is(&self.finalize().into_bytes())
    }
}

impl Candidate for Hmac<Sha512> {
    fn push(&mut self, part: &[u8]) {
        self.update(part);
    }

    fn explains(self, wanted: &Wanted) -> bool {
        wanted.is(&self.finalize().into_bytes())
    }
}

/// A string for a public key: nothing of it can be computed before it is whole.
struct Whole<'a, V: ?Sized> {
    text: Vec<u8>,
    verifier: &'a V,
}

impl<V: ?Sized> Clone for Whole<'_, V> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), verifier: self.verifier }
    }
}

impl<V: Verifier + ?Sized> Candidate for Whole<'_, V> {
    fn push(&mut self, part: &[u8]) {
        self.text.extend_from_slice(part);
    }

    fn explains(self, wanted: &Wanted) -> bool {
        matches!(wanted, Wanted::Bytes(bytes) if self.verifier.verify(&self.text, bytes))
    }
}

impl Scheme {
    /// Every string that, signed by HMAC, explains this reading with just so many mistakes.
    pub(super) fn by_hmac(&self, reading: &Reading, mistakes: usize) -> Vec<Found> {
        match reading.algorithm {
            Algorithm::Sha256 => self.search(&reading.wanted, mistakes, mac::keyed::<Sha256>),
            Algorithm::Sha512 => self.search(&reading.wanted, mistakes, mac::keyed::<Sha512>),
        }
    }

    /// Every string that, signed by the private half of this key, explains this reading.
    pub(super) fn by_rsa<V: Verifier + ?Sized>(
        &self,
        verifier: &V,
        reading: &Reading,
        mistakes: usize,
    ) -> Vec<Found> {
        self.search(&reading.wanted, mistakes, |_| Whole { text: Vec::new(), verifier })
    }

    fn search<C: Candidate>(
        &self,
        wanted: &Wanted,
        mistakes: usize,
        start: impl Fn(&[u8]) -> C,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        let tails: Vec<_> = self.layouts.iter().map(|layout| self.tails(layout)).collect();
        for (key_at, key) in self.keys.choices().iter().enumerate() {
            let Some(left) = mistakes.checked_sub(key.weight()) else { continue };
            let keyed = start(key.text.as_ref().map_or(&[], |key| key));
            for (layout_at, layout) in self.layouts.iter().enumerate() {
                let Some(left) = left.checked_sub(layout.mistakes.len()) else { continue };
                let walk = Walk { slots: &self.slots, layout, tails: &tails[layout_at], wanted };
                walk.on(keyed.clone(), left, &mut Vec::new(), &mut |choices| {
                    found.push(Found { key: key_at, layout: layout_at, choices });
                });
            }
        }
        found
    }

    /// For each line the right string from there to its end.
    fn tails(&self, layout: &Layout) -> Vec<Zeroizing<Vec<u8>>> {
        let mut tails = vec![Zeroizing::new(layout.end.as_bytes().to_vec())];
        for (label, slot) in layout.lines.iter().rev() {
            let after = &tails[tails.len() - 1];
            let tail = match &self.slots[*slot].choices()[0].text {
                Some(text) => [label.as_bytes(), text, after].concat(),
                None => after.to_vec(),
            };
            tails.push(Zeroizing::new(tail));
        }
        tails.reverse();
        tails
    }
}

/// The walk along one layout.
struct Walk<'a> {
    slots: &'a [Slot],
    layout: &'a Layout,
    tails: &'a [Zeroizing<Vec<u8>>],
    wanted: &'a Wanted,
}

impl Walk<'_> {
    /// Goes on from `chosen`, which the candidate has, with so many mistakes left to be made.
    fn on<C: Candidate>(
        &self,
        mut candidate: C,
        left: usize,
        chosen: &mut Vec<usize>,
        found: &mut impl FnMut(Vec<usize>),
    ) {
        let at = chosen.len();
        if left == 0 {
            candidate.push(&self.tails[at]);
            if candidate.explains(self.wanted) {
                let mut choices = chosen.clone();
                choices.resize(self.layout.lines.len(), 0);
                found(choices);
            }
            return;
        }
        let Some((label, slot)) = self.layout.lines.get(at) else { return };
        let last = at + 1 == self.layout.lines.len();
        for (place, choice) in self.slots[*slot].choices().iter().enumerate() {
            let Some(left) = left.checked_sub(choice.weight()) else { continue };
            if last && left > 0 {
                continue;
            }
            let mut candidate = candidate.clone();
            if let Some(text) = &choice.text {
                candidate.push(label.as_bytes());
                candidate.push(text);
            }
            chosen.push(place);
            self.on(candidate, left, chosen, found);
            chosen.pop();
        }
    }
}

impl Found {
    /// The right string.
    pub(super) fn right(scheme: &Scheme) -> Self {
        Self { key: 0, layout: 0, choices: vec![0; scheme.layouts[0].lines.len()] }
    }

    /// The mistakes that lead to it, in every way there is.
    pub(super) fn ways(&self, scheme: &Scheme) -> Vec<Vec<Mistake>> {
        let mut ways = vec![scheme.layouts[self.layout].mistakes.clone()];
        let key = &scheme.keys.choices()[self.key];
        for choice in std::iter::once(key).chain(self.choices(scheme).map(|(_, choice)| choice)) {
            ways = ways
                .iter()
                .flat_map(|way| choice.ways.iter().map(move |more| [&way[..], more].concat()))
                .collect();
        }
        ways
    }

    /// The string as it may be shown: without secrets.
    pub(super) fn shown(&self, scheme: &Scheme) -> String {
        let mut shown = String::new();
        for (label, choice) in self.choices(scheme) {
            let Some(text) = &choice.text else { continue };
            shown.push_str(label);
            match choice.shown {
                Some(instead) => shown.push_str(instead),
                None => shown.push_str(&String::from_utf8_lossy(text)),
            }
        }
        shown.push_str(scheme.layouts[self.layout].end);
        shown
    }

    /// The body that was hashed for it, if one was.
    pub(super) fn body(&self, scheme: &Scheme) -> Option<Made> {
        self.choices(scheme).find_map(|(_, choice)| choice.body)
    }

    fn choices<'s>(&self, scheme: &'s Scheme) -> impl Iterator<Item = (&'s str, &'s Choice)> {
        let lines = &scheme.layouts[self.layout].lines;
        lines
            .iter()
            .zip(&self.choices)
            .map(|((label, slot), place)| (label.as_str(), &scheme.slots[*slot].choices()[*place]))
    }
}
