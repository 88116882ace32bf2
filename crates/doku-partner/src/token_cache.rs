//! One token for all uploads of a client and its clones.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use doku_types::{BearerToken, Timestamp};
use tokio::sync::Mutex;

use crate::Error;

/// Keeps a token until shortly before it expires. However many ask at once, one request is made, and
/// all get what comes of it.
#[derive(Default)]
pub(crate) struct TokenCache {
    last: Mutex<Last>,
    /// Requests that have ended.
    ended: AtomicU64,
}

/// What came of the last request.
#[derive(Default)]
struct Last {
    held: Option<Held>,
    failure: Option<Error>,
}

struct Held {
    token: BearerToken,
    until: Timestamp,
}

impl TokenCache {
    /// The token that is held, or what `fetch` gives: a token for `lifetime`. `now` is asked again,
    /// since waiting takes time.
    pub(crate) async fn get<F>(
        &self,
        lifetime: Duration,
        now: impl Fn() -> Timestamp,
        fetch: impl FnOnce() -> F,
    ) -> Result<BearerToken, Error>
    where
        F: Future<Output = Result<BearerToken, Error>>,
    {
        let came = self.ended.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        if let Some(held) = last.held.as_ref().filter(|held| now() < held.until) {
            return Ok(held.token.clone());
        }
        // A request that this one waited for has failed.
        if self.ended.load(Ordering::Acquire) > came
            && let Some(error) = &last.failure
        {
            return Err(error.clone());
        }
        // DOKU's count begins no earlier than this.
        let begun = now();
        let fetched = fetch().await;
        self.ended.fetch_add(1, Ordering::AcqRel);
        match fetched {
            Ok(token) => {
                let margin = MARGIN.min(lifetime / 5);
                let held = Held { token: token.clone(), until: begun + (lifetime - margin) };
                *last = Last { held: Some(held), failure: None };
                Ok(token)
            }
            Err(error) => {
                *last = Last { held: None, failure: Some(error.clone()) };
                Err(error)
            }
        }
    }

    /// Forgets this token, unless another has taken its place already.
    pub(crate) async fn forget(&self, refused: &BearerToken) {
        let mut last = self.last.lock().await;
        if last.held.as_ref().is_some_and(|held| held.token == *refused) {
            last.held = None;
        }
    }
}

const MARGIN: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use std::sync::{Arc, atomic::AtomicI64};

    use super::*;
    use crate::error::Cause;

    const HOUR: Duration = Duration::from_secs(3600);

    struct World {
        cache: TokenCache,
        millis: AtomicI64,
        fetched: AtomicU64,
    }

    impl World {
        fn new() -> Arc<Self> {
            let cache = TokenCache::default();
            Arc::new(Self { cache, millis: AtomicI64::new(0), fetched: AtomicU64::new(0) })
        }

        async fn get(&self, works: bool) -> Result<BearerToken, Error> {
            let now = || Timestamp::from_millis(self.millis.load(Ordering::Relaxed));
            let fetch = || async {
                let number = self.fetched.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::task::yield_now().await;
                let token = works.then(|| BearerToken::from(number.to_string()));
                token.ok_or_else(|| Error::new("Generate Token", Cause::request("down")))
            };
            self.cache.get(HOUR, now, fetch).await
        }

        async fn at_once(self: &Arc<Self>, works: bool) -> Vec<bool> {
            let asking: Vec<_> = (0..20)
                .map(|_| {
                    let world = Arc::clone(self);
                    tokio::spawn(async move { world.get(works).await.is_ok() })
                })
                .collect();
            let mut answers = Vec::new();
            for one in asking {
                answers.push(one.await.unwrap());
            }
            answers
        }
    }

    #[tokio::test]
    async fn however_many_ask_at_once_one_request_is_made() {
        let world = World::new();
        assert_eq!(world.at_once(true).await, [true; 20]);
        assert_eq!(world.fetched.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_who_waited_and_to_nobody_later() {
        let world = World::new();
        assert_eq!(world.at_once(false).await, [false; 20]);
        assert_eq!(world.fetched.load(Ordering::Relaxed), 1);
        assert!(world.get(true).await.is_ok());
    }

    #[tokio::test]
    async fn a_token_is_renewed_a_minute_before_it_expires() {
        let world = World::new();
        let first = world.get(true).await.unwrap();
        world.millis.store(3_539_999, Ordering::Relaxed);
        assert_eq!(world.get(true).await.unwrap(), first);
        world.millis.store(3_540_000, Ordering::Relaxed);
        assert_ne!(world.get(true).await.unwrap(), first);
    }

    #[tokio::test]
    async fn only_the_refused_token_is_forgotten() {
        let world = World::new();
        let first = world.get(true).await.unwrap();
        world.cache.forget(&"another".into()).await;
        assert_eq!(world.get(true).await.unwrap(), first);
        world.cache.forget(&first).await;
        let second = world.get(true).await.unwrap();
        world.cache.forget(&first).await;
        assert_eq!(world.get(true).await.unwrap(), second, "dropped once");
    }

    #[tokio::test]
    async fn who_gives_up_waiting_leaves_nothing_behind() {
        let world = World::new();
        {
            let asking = world.get(true);
            let mut asking = std::pin::pin!(asking);
            let once = std::future::poll_fn(|cx| std::task::Poll::Ready(asking.as_mut().poll(cx)));
            assert!(once.await.is_pending());
        }
        assert!(world.get(true).await.is_ok());
    }
}
