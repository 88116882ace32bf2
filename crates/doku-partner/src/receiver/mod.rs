//! Receives KYB callbacks (feature `receiver`): verifies, tells duplicates, answers, hands over.
//!
//! [`service`] gives a service for a server that you have, be it axum, hyper or another that speaks
//! tower, and the [`Callbacks`] that it hands over; [`CallbackListener`] is a small server of its own
//! around it.
//!
//! A callback is answered 200 once it is in the queue, so do not keep it there for long: what is in
//! memory is lost with the process, and DOKU does not send again what it was thanked for. Store it
//! first, then work.

mod listener;
mod service;

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use tokio::sync::{mpsc, watch};

use crate::callback::{CallbackError, ReceivedCallback};

pub use listener::CallbackListener;
pub use service::{CallbackService, service};

/// Callbacks as they come, a [`Stream`]. Dropping it refuses all that come later, with 503.
#[derive(Debug)]
pub struct Callbacks {
    queue: mpsc::Receiver<Result<ReceivedCallback, CallbackError>>,
    /// Of a listener, which ends with it.
    stop: Option<watch::Sender<()>>,
}

impl Callbacks {
    /// The next callback, or why one was refused: anybody can send anything. `None` once the server that
    /// the service is in has dropped it.
    pub async fn next(&mut self) -> Option<Result<ReceivedCallback, CallbackError>> {
        self.queue.recv().await
    }
}

impl Callbacks {
    /// Takes no more: what comes from now on is answered 503, and a listener ends. What was acknowledged is
    /// still to be had by [`next`](Self::next), until `None`: a shutdown that loses nothing closes, then
    /// empties.
    pub fn close(&mut self) {
        self.queue.close();
        self.stop = None;
    }
}

impl Stream for Callbacks {
    type Item = Result<ReceivedCallback, CallbackError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll_recv(context)
    }
}
