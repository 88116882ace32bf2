//! The page `time`.
