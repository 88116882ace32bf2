//! The page `try_it`.
