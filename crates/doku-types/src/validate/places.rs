//! The places that the rules of a request name, as a tree.

use super::Rule;

/// What stands below a place: each segment of a rule's path that leads on from there, an alias as a segment
/// of its own, and what stands below that. Nothing stands below a text or a flag.
#[derive(Debug, Default)]
pub(crate) struct Places(Vec<(&'static str, Places)>);

impl Places {
    /// All places that rules name.
    pub(crate) fn of(rules: &[Rule]) -> Self {
        let mut places = Self::default();
        for rule in rules {
            places.add(rule.path.trim_start_matches('/'));
        }
        places
    }

    fn add(&mut self, path: &'static str) {
        if path.is_empty() {
            return;
        }
        let (segment, rest) = path.split_once('/').unwrap_or((path, ""));
        for name in segment.split('|') {
            let index = self.0.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                self.0.push((name, Self::default()));
                self.0.len() - 1
            });
            self.0[index].1.add(rest);
        }
    }

    /// The field of this name; `None` if no rule names it.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, below)| below)
    }

    /// Each entry of the list that stands here; `None` if no rule is about any.
    pub(crate) fn entry(&self) -> Option<&Self> {
        self.field("*").or_else(|| self.lone_entry())
    }

    /// The object that may stand here instead of a list with that one entry.
    pub(crate) fn lone_entry(&self) -> Option<&Self> {
        self.field("*?")
    }
}

/// Below what no rule names, no rule names anything.
pub(crate) static NOTHING: Places = Places(Vec::new());
