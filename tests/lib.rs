//! Nothing here: the suite is in `contract/`.
