//! The time by which an answer has to be there: one timer for all requests of a line.
//!
//! A timer made anew for each request would be the earliest that its thread knows of, and each time
//! the thread would wake itself to look again how long it may sleep: two system calls a request. So
//! one timer stands, and is only set anew where it would ring too late, or rang too early.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use tokio::time::{Instant, Sleep, sleep_until};

/// It was not done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Elapsed;

#[derive(Default)]
pub(super) struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    /// Does `work`, or gives it up at `end`.
    pub(super) async fn until<F: Future>(
        &mut self,
        end: Instant,
        work: F,
    ) -> Result<F::Output, Elapsed> {
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if timer.is_elapsed() || timer.deadline() > end {
            timer.as_mut().reset(end);
        }
        let mut work = pin!(work);
        poll_fn(|cx| {
            if let Poll::Ready(done) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(done));
            }
            while timer.as_mut().poll(cx).is_ready() {
                if timer.deadline() >= end {
                    return Poll::Ready(Err(Elapsed));
                }
                timer.as_mut().reset(end);
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::time::Duration;

    use tokio::task::yield_now;

    use super::*;

    #[actix_rt::test]
    async fn the_same_timer_serves_one_request_after_another() {
        let mut deadline = Deadline::default();
        let (short, long) = (Duration::from_millis(10), Duration::from_mins(1));
        for (most, answered) in [
            (long, true),
            (short, false), // earlier than the last
            (short, false), // after one that ran out
            (long, true),
            (short, true),
            (short, false),
        ] {
            let begun = Instant::now();
            let outcome = if answered {
                deadline.until(begun + most, async { yield_now().await }).await
            } else {
                deadline.until(begun + most, pending()).await
            };
            assert_eq!(outcome.is_ok(), answered, "{most:?}");
            assert!(answered || begun.elapsed() >= most, "given up early");
        }
        let begun = Instant::now();
        while begun.elapsed() < 2 * short {
            yield_now().await; // the timer runs out while nobody asks
        }
        assert_eq!(deadline.until(Instant::now() + short, ready(1)).await, Ok(1));
        // The timer still stands at the short time when more is allowed.
        let begun = Instant::now();
        let slow = async {
            while begun.elapsed() < 3 * short {
                yield_now().await;
            }
        };
        assert_eq!(deadline.until(begun + long, slow).await, Ok(()));
        assert_eq!(deadline.until(Instant::now() + short, pending::<()>()).await, Err(Elapsed));
    }
}
