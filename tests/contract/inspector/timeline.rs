//! The page `timeline`.
