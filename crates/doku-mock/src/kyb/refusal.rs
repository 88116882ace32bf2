//! Why a decision cannot be taken, and what can.

use doku_types::code::PaymentMethod;

use super::part::Target;

/// An outcome or a completion that does not apply to the business as it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the business is complete already: change it with an update")]
    AlreadyComplete,
    #[error("the business was only invited, so there is nothing to decide: complete it first")]
    NotComplete,
    #[error(
        "reject.{0} does not apply: nothing of {0} was submitted or changed, so it is not judged; leave it out or send that part"
    )]
    NotSubmitted(Target),
    #[error(
        "reject.{0} does not apply: {0} is not under review, since it was not sent or is decided; suspend an active business, or have the part updated first"
    )]
    NotUnderReview(Target),
    #[error("product.{0}.{1} does not apply: no brand has that service")]
    NoSuchService(&'static str, PaymentMethod),
    #[error("{0} does not apply: the update changes nothing that is judged; send a change with it")]
    NothingChanged(String),
    #[error(
        "nothing is under review, rejected or waiting for activation: there is nothing to approve"
    )]
    NothingToApprove,
    #[error("nothing is planned: there is nothing to hold back")]
    NothingPlanned,
    #[error("the business is rejected: approve it, or have the rejected part updated, first")]
    NotActive,
    #[error("every brand is suspended so already: use activate to lift it")]
    AlreadySuspended,
    #[error(
        "product.reject.{0} does not apply: the service is rejected already; use product.activate.{0} to activate it"
    )]
    AlreadyRejected(PaymentMethod),
    #[error("product.activate.{0} does not apply: the service is active already")]
    AlreadyActive(PaymentMethod),
    #[error("no brand is suspended and every service is active: there is nothing to activate")]
    NothingToActivate,
}
