//! The receiver of callbacks, which fails by the schedule too.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use doku_partner::{Credentials, callback::CallbackReceiver, onboarding::CallbackHints};
use http::{Request, StatusCode};

use crate::{fault::DeliveryFault, plan::Plan, tally::Tally};

/// Takes callbacks for whichever client runs.
pub(crate) struct Ear {
    receiver: CallbackReceiver,
    plan: Arc<Plan>,
    hints: Mutex<CallbackHints>,
    deliveries: AtomicU32,
    tally: Mutex<Tally>,
}

impl Ear {
    pub(crate) fn new(plan: Arc<Plan>) -> Self {
        let credentials =
            Credentials::new(doku_mock::DEFAULT_CLIENT_ID, doku_mock::DEFAULT_SECRET_KEY);
        Self {
            receiver: CallbackReceiver::new(credentials, "/doku/callbacks"),
            plan,
            hints: Mutex::default(),
            deliveries: AtomicU32::new(0),
            tally: Mutex::default(),
        }
    }

    /// A client was started: what the one before had heard is gone.
    pub(crate) fn listen_anew(&self) -> CallbackHints {
        let hints = CallbackHints::new();
        *self.hints.lock().unwrap() = hints.clone();
        hints
    }

    pub(crate) fn take(&self, request: &Request<Bytes>) -> StatusCode {
        let received = self.receiver.receive(request.headers(), request.body()).unwrap();
        let fault = self.plan.delivery(self.deliveries.fetch_add(1, Ordering::Relaxed));
        if let Some(fault) = fault {
            self.tally.lock().unwrap().count(fault.name());
        }
        if !matches!(fault, Some(DeliveryFault::Refused | DeliveryFault::LostOnceAcknowledged)) {
            self.hints.lock().unwrap().publish(received.callback);
        }
        match fault {
            None | Some(DeliveryFault::LostOnceAcknowledged) => StatusCode::OK,
            Some(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        std::mem::take(&mut *self.tally.lock().unwrap())
    }
}
