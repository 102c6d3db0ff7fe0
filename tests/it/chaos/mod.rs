//! Faults done to the real program, again and again: it is killed, its disk refuses, fills up or
//! crawls, its clock is wrong. What holds afterwards is in `docs/chaos.md`, with the long version.

mod kill;
