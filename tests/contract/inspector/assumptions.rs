//! The page `assumptions`.
