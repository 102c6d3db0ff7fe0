//! Components get values and give callbacks; none of them fetches.

pub mod badge;
pub mod chart;
pub mod clock_bar;
pub mod day_bar;
pub mod dialog;
pub mod frame;
pub mod histogram;
pub mod icon;
pub mod ladder;
pub mod load_chart;
pub mod notice;
pub mod options;
pub mod palette;
pub mod password_again;
pub mod password_button;
pub mod paper;
pub mod power_chart;
pub mod print_state;
pub mod rail;
pub mod reason_dialog;
pub mod shortcuts;
pub mod spark;
pub mod table;
pub mod top_bar;
pub mod wall_canvas;
pub mod wall_paint;
