//! Tells the merchant what happened, again and again until it is taken.

use std::time::Duration;

use actix_web::http::Uri;
use hyper::Method;

use crate::clock;
use crate::http::auth::secret;
use crate::pay::client::Peer;
use crate::pay::sign::Secrets;
use crate::pay::wire::Notice;

/// Between one try and the next.
const WAITS: [u64; 6] = [0, 1, 2, 4, 8, 16];

#[derive(Clone)]
pub(super) struct Notifier {
    peer: Option<Peer>,
    secrets: Secrets,
}

impl Notifier {
    pub(super) fn new(to: Option<&Uri>, secrets: Secrets) -> Self {
        let peer = to.map(|to| Peer::new(to, Duration::from_secs(5), None));
        Self { peer, secrets }
    }

    /// The same notice so many times at once.
    pub(super) fn tell(&self, notice: &Notice, times: usize) {
        for _time in 0..times {
            let (notifier, notice) = (self.clone(), notice.clone());
            actix_rt::spawn(async move { notifier.tell_one(&notice).await });
        }
    }

    async fn tell_one(&self, notice: &Notice) {
        let Some(peer) = &self.peer else { return };
        let id = secret::short_name();
        let body = serde_json::to_vec(notice).expect("a notice is plain data");
        for wait in WAITS {
            tokio::time::sleep(Duration::from_secs(wait)).await;
            let signed = self.secrets.sign(&id, clock::now(), &body);
            let answer = peer.send(Method::POST, &peer.path, &signed, body.clone()).await;
            match answer {
                Ok((status, _)) if status.is_success() => return,
                Ok((status, _)) => tracing::info!(%status, "a notice was not taken"),
                Err(error) => tracing::info!(%error, "a notice was not taken"),
            }
        }
    }
}
