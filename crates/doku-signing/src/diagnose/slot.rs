//! A place of the string to sign, and everything that may stand there.

use zeroize::Zeroizing;

use super::{Mistake, body::Made};

/// What may stand in a place of the string. The first choice is right, no two are the same.
pub(super) struct Slot {
    choices: Vec<Choice>,
    /// What is shown in place of a secret, where a choice has no text of its own for that.
    shown: Option<&'static str>,
}

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
        let slot = Self { choices: Vec::new(), shown: None };
        slot.choice(Vec::new(), text.map(|text| vec![text]), None)
    }

    /// A slot whose right content is a secret; this is shown in place of it, and of every choice
    /// that does not bring a text of its own for that.
    pub(super) fn secret(text: &str, shown: &'static str) -> Self {
        let slot = Self { choices: Vec::new(), shown: Some(shown) };
        slot.choice(Vec::new(), Some(vec![text.as_bytes()]), Some(shown))
    }

    /// Or, by this mistake, these parts one after the other.
    pub(super) fn or<const N: usize>(self, mistake: Mistake, parts: [&str; N]) -> Self {
        self.choice(vec![mistake], Some(parts.map(str::as_bytes).to_vec()), None)
    }

    /// As [`or`](Self::or), with what is shown in place of the secret in it.
    pub(super) fn or_secret<const N: usize>(
        self,
        mistake: Mistake,
        parts: [&str; N],
        shown: &'static str,
    ) -> Self {
        self.choice(vec![mistake], Some(parts.map(str::as_bytes).to_vec()), Some(shown))
    }

    /// Or, by these mistakes together, this text.
    pub(super) fn or_all(self, mistakes: Vec<Mistake>, text: &[u8]) -> Self {
        self.choice(mistakes, Some(vec![text]), None)
    }

    /// Or, by this mistake, nothing: the line is left out.
    pub(super) fn or_left_out(self, mistake: Mistake) -> Self {
        self.choice(vec![mistake], None, None)
    }

    /// Or, in any of these ways, the hash of a body, which is known to be different from the rest:
    /// there are hundreds of them.
    pub(super) fn or_hash(mut self, ways: Vec<Vec<Mistake>>, hash: String, body: Made) -> Self {
        let text = Some(Zeroizing::new(hash.into_bytes()));
        self.choices.push(Choice { ways, text, shown: self.shown, body: Some(body) });
        self
    }

    /// Or, by the same mistake, any of these, which are known to be different from each other and
    /// from the rest.
    pub(super) fn or_any(mut self, mistake: Mistake, texts: impl Iterator<Item = String>) -> Self {
        let shown = self.shown;
        self.choices.extend(texts.map(|text| Choice {
            ways: vec![vec![mistake]],
            text: Some(Zeroizing::new(text.into_bytes())),
            shown,
            body: None,
        }));
        self
    }

    pub(super) fn choices(&self) -> &[Choice] {
        &self.choices
    }

    fn choice(
        mut self,
        mistakes: Vec<Mistake>,
        parts: Option<Vec<&[u8]>>,
        shown: Option<&'static str>,
    ) -> Self {
        let text = parts.map(|parts| Zeroizing::new(parts.concat()));
        match self.choices.iter_mut().find(|choice| choice.text == text) {
            Some(same) if same.weight() < mistakes.len() => {}
            Some(same) if same.weight() == mistakes.len() => {
                if !same.ways.contains(&mistakes) {
                    same.ways.push(mistakes);
                }
            }
            Some(same) => same.ways = vec![mistakes],
            None => {
                let shown = shown.or(self.shown);
                self.choices.push(Choice { ways: vec![mistakes], text, shown, body: None });
            }
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
