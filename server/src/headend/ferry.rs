//! Carries polls and commands to the thread of the lines and their answers back, as many at once as
//! there are: whoever wakes another thread pays a system call, and on a busy core a change of threads.
//! Ten thousand meters a second would pay twenty thousand of each.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use actix::dev::{MessageResponse, OneshotSender};
use actix::{Actor, Context, Handler};
use shared::actor::port::{Line, LineRequest};
use shared::id::LineId;
use shared::meter::Observation;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::line::Front;

type Asker = OneshotSender<Observation>;

/// How often one side may send before the other has looked. What comes later waits at the quay, where
/// each meter has one request at most.
const UNDER_WAY: usize = 8;

/// What waits to be carried over: it leaves when everybody on this thread has had a turn.
pub(super) struct Quay<T> {
    waiting: RefCell<Vec<T>>,
    over: Sender<Vec<T>>,
}

impl<T: 'static> Quay<T> {
    fn new(over: Sender<Vec<T>>) -> Rc<Self> {
        Rc::new(Self { waiting: RefCell::default(), over })
    }

    fn put(self: &Rc<Self>, one: T) {
        let mut waiting = self.waiting.borrow_mut();
        waiting.push(one);
        if waiting.len() == 1 {
            let quay = Rc::clone(self);
            actix_rt::spawn(async move {
                tokio::task::yield_now().await;
                let place = quay.over.reserve().await;
                let all = quay.waiting.take();
                // With nobody on the other side all are dropped, and who waits learns of it.
                if let Ok(place) = place {
                    place.send(all);
                }
            });
        }
    }
}

/// Who waits for an observation, and whether the answer has to cross to another thread.
pub(super) struct Observer {
    asker: Option<Asker>,
    quay: Option<Rc<Quay<(Asker, Observation)>>>,
}

impl Observer {
    /// On this thread.
    pub(super) fn here(asker: Option<Asker>) -> Self {
        Self { asker, quay: None }
    }

    /// An observer who left has taken a decision without us.
    pub(super) fn has_left(&self) -> bool {
        self.asker.as_ref().is_none_or(Asker::is_closed)
    }

    pub(super) fn tell(self, seen: Observation) {
        match (self.asker, self.quay) {
            (Some(asker), Some(quay)) => quay.put((asker, seen)),
            (Some(asker), None) => drop(asker.send(seen)), // he may have left
            (None, _) => {}
        }
    }
}

/// A poll or a command on its way.
struct Letter {
    line: LineId,
    request: LineRequest,
    asker: Option<Asker>,
}

/// The end on the thread of the lines.
pub(super) struct Landing {
    letters: Receiver<Vec<Letter>>,
    back: Sender<Vec<(Asker, Observation)>>,
}

impl Landing {
    pub(super) async fn serve(mut self, fronts: BTreeMap<LineId, Front>) {
        let quay = Quay::new(self.back);
        while let Some(letters) = self.letters.recv().await {
            for Letter { line, request, asker } in letters {
                // Whoever asks a line that is not there learns that nobody answers.
                if let Some(front) = fronts.get(&line) {
                    let quay = Some(Rc::clone(&quay));
                    front.take(&request, Observer { asker, quay });
                }
            }
        }
    }
}

/// The end on the thread of the askers: one small actor for each line.
struct Ferry {
    line: LineId,
    quay: Rc<Quay<Letter>>,
}

impl Actor for Ferry {
    type Context = Context<Self>;
}

impl Handler<LineRequest> for Ferry {
    type Result = Posted;

    fn handle(&mut self, request: LineRequest, _: &mut Context<Self>) -> Posted {
        Posted { line: self.line, request, quay: Rc::clone(&self.quay) }
    }
}

struct Posted {
    line: LineId,
    request: LineRequest,
    quay: Rc<Quay<Letter>>,
}

impl MessageResponse<Ferry, LineRequest> for Posted {
    fn handle(self, _: &mut Context<Ferry>, asker: Option<Asker>) {
        let Self { line, request, quay } = self;
        quay.put(Letter { line, request, asker });
    }
}

/// The lines as they are asked from this thread, once the other end is served.
pub(super) struct Departure {
    quay: Rc<Quay<Letter>>,
    replies: Receiver<Vec<(Asker, Observation)>>,
}

/// Both ends. The departure stays on this thread, the landing goes to that of the lines.
pub(super) fn ferry() -> (Departure, Landing) {
    let (over, letters) = channel(UNDER_WAY);
    let (back, replies) = channel(UNDER_WAY);
    (Departure { quay: Quay::new(over), replies }, Landing { letters, back })
}

impl Departure {
    pub(super) fn open(self, lines: impl Iterator<Item = LineId>) -> BTreeMap<LineId, Line> {
        let Self { quay, mut replies } = self;
        actix_rt::spawn(async move {
            // Until the thread of the lines ends.
            while let Some(batch) = replies.recv().await {
                for (asker, seen) in batch {
                    drop(asker.send(seen)); // he may have left
                }
            }
        });
        let ferry = |line| Ferry { line, quay: Rc::clone(&quay) }.start().recipient();
        lines.map(|line| (line, ferry(line))).collect()
    }
}
