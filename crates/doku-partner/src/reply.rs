//! What comes back of a call.

use std::ops::Deref;

/// What comes back of a call: DOKU's reply, which it dereferences to, and how it came about.
///
/// ```
/// use doku_partner::{Outcome, Reply};
/// use doku_types::partner::registration::RegistrationReply;
///
/// fn book(reply: Reply<RegistrationReply>) {
///     println!("registered as {}", reply.business.id);
///     match reply.outcome {
///         Outcome::Done(registered) => println!("{} brands", registered.business.brands.len()),
///         Outcome::Replayed(_) => println!("it had been done before: nothing new to book"),
///         _ => {}
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply<T> {
    /// The reply itself.
    pub outcome: Outcome<T>,
    /// Of the request; an upload has none.
    pub request_id: Option<String>,
    /// How often the request was sent.
    pub attempts: u32,
    /// Whether the reply was signed, and rightly. An upload's never is, and a reply without a signature
    /// is taken unless [`UnsignedReplies::Refuse`](crate::UnsignedReplies::Refuse) (A14). The
    /// signature of a reply to a GET covers no body, by DOKU's rule.
    pub is_signed: bool,
}

/// Whether the request was carried out now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome<T> {
    /// Now.
    Done(T),
    /// Before, under the same Request-Id: this is the reply of then, which came with HTTP 409 (IDEM).
    Replayed(T),
}

impl<T> Reply<T> {
    /// The reply alone.
    pub fn into_inner(self) -> T {
        match self.outcome {
            Outcome::Done(reply) | Outcome::Replayed(reply) => reply,
        }
    }

    /// Whether the request had been carried out before.
    pub fn is_replayed(&self) -> bool {
        matches!(self.outcome, Outcome::Replayed(_))
    }
}

impl<T> Deref for Reply<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.outcome {
            Outcome::Done(reply) | Outcome::Replayed(reply) => reply,
        }
    }
}
