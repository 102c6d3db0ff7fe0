//! A desk: one thread with one connection that answers questions in turn.
//!
//! SQLite calls block, so they never run on a thread that serves requests. A question is a closure;
//! what it may ask stands as one function a question in `report`, `registry` and `readings`.

use std::fmt;
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::store::StoreError;

type Question = Box<dyn FnOnce(&mut Connection) + Send>;

/// How many questions may wait before the next one is held back.
const WAITING: usize = 256;

#[derive(Clone)]
pub struct Desk {
    name: &'static str,
    questions: mpsc::Sender<Question>,
}

impl Desk {
    pub fn start(name: &'static str, mut db: Connection) -> Result<Self, StoreError> {
        let (questions, mut waiting) = mpsc::channel::<Question>(WAITING);
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                while let Some(question) = waiting.blocking_recv() {
                    question(&mut db);
                }
            })
            .map_err(|source| StoreError::Thread { name, source })?;
        Ok(Self { name, questions })
    }

    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question: Question = Box::new(move |db| {
            // Whoever asked may have gone away meanwhile; then nobody misses the answer.
            answer.send(question(db)).ok();
        });
        if self.questions.send(question).await.is_err() {
            return Err(StoreError::Closed(self.name));
        }
        answered.await.unwrap_or(Err(StoreError::Closed(self.name)))
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("name", &self.name).finish_non_exhaustive()
    }
}
