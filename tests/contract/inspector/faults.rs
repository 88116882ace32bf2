//! The page `faults`.
