//! A place of the string to sign, and everything that may stand there.

use zeroize::Zeroizing;

use super::{Mistake, body::Made};

/// What may stand in a place of the string. The first choice is right, no two are the same.
pub(super) struct Slot(Vec<Choice>);

/// One of them.
pub(super) struct Choice {
    /// The mistakes that lead to it: as few as possible, in every way there is.
    pub(super) ways: Vec<Vec<Mistake>>,
    /// `None`: the line is left out, with what stands before the part.
    pub(super) text: Option<Zeroizing<Vec<u8>>>,
    /// What is shown in place of a secret.
    pub(super) shown: Option<&'static str>,
    /// The body whose hash it is.
    pub(super) body: Option<Made>,
}

impl Slot {
    /// A slot whose right content is this; `None` where the line does not belong.
    pub(super) fn right(text: Option<&[u8]>) -> Self {
        Self(Vec::new()).choice(Vec::new(), text.map(|text| vec![text]), None)
    }

    /// Or, by this mistake, these parts one after the other.
    pub(super) fn or<const N: usize>(self, mistake: Mistake, parts: [&str; N]) -> Self {
        self.choice(vec![mistake], Some(parts.map(str::as_bytes).to_vec()), None)
    }

    /// As [`or`](Self::or), for bytes.
    pub(super) fn or_bytes(self, mistake: Mistake, text: &[u8]) -> Self {
        self.choice(vec![mistake], Some(vec![text]), None)
    }

    /// Or, by this mistake, nothing: the line is left out.
    pub(super) fn or_left_out(self, mistake: Mistake) -> Self {
        self.choice(vec![mistake], None, None)
    }

    /// Or, by these mistakes, the hash of a body.
    pub(super) fn or_hash(self, mistakes: Vec<Mistake>, hash: &[u8], body: Made) -> Self {
        self.choice(mistakes, Some(vec![hash]), Some(body))
    }

    /// The same, its choices shown as these texts, one for each: they hold a secret.
    pub(super) fn shown_as(mut self, texts: &[&'static str]) -> Self {
        for (choice, text) in self.0.iter_mut().zip(texts) {
            choice.shown = Some(text);
        }
        self
    }

    /// Or, by the same mistake, any of these, which are known to be different from each other and
    /// from the rest.
    pub(super) fn or_any(mut self, mistake: Mistake, texts: impl Iterator<Item = String>) -> Self {
        self.0.extend(texts.map(|text| Choice {
            ways: vec![vec![mistake]],
            text: Some(Zeroizing::new(text.into_bytes())),
            shown: None,
            body: None,
        }));
        self
    }

    pub(super) fn choices(&self) -> &[Choice] {
        &self.0
    }

    fn choice(
        mut self,
        mistakes: Vec<Mistake>,
        parts: Option<Vec<&[u8]>>,
        body: Option<Made>,
    ) -> Self {
        let text = parts.map(|parts| Zeroizing::new(parts.concat()));
        match self.0.iter_mut().find(|choice| choice.text == text) {
            Some(same) if same.weight() < mistakes.len() => {}
            Some(same) if same.weight() == mistakes.len() => {
                if !same.ways.contains(&mistakes) {
                    same.ways.push(mistakes);
                }
            }
            Some(same) => (same.ways, same.body) = (vec![mistakes], body),
            None => self.0.push(Choice { ways: vec![mistakes], text, shown: None, body }),
        }
        self
    }
}

impl Choice {
    /// How many mistakes lead to it.
    pub(super) fn weight(&self) -> usize {
        self.ways[0].len()
    }
}
