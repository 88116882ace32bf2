//! Faults on demand. What is armed is gone with the process; what it has done to callbacks is stored with
//! them.

mod callback;

pub(crate) use callback::Faults;
pub use callback::{CallbackFault, FaultKind, TooManyFaults};

/// Rides on a response to the journal: the faults on demand that struck its exchange, as text.
#[derive(Debug, Clone)]
pub(crate) struct Struck(pub(crate) Vec<String>);
