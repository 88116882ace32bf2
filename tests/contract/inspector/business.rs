//! The page `business`.
