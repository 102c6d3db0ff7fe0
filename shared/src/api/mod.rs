//! What travels between server and screens: one file a resource. Money is minor units of the site's
//! currency, energy mWh, power W, time UTC milliseconds; screens format, they never compute.

pub mod adjust;
pub mod alarm;
pub mod approval;
pub mod ask;
pub mod arrears;
pub mod audit;
pub mod board;
pub mod breaker;
pub mod clock;
pub mod commission;
pub mod daybook;
pub mod exception;
pub mod explain;
pub mod ledger;
pub mod limits;
pub mod line;
pub mod live;
pub mod meter;
pub mod overview;
pub mod printing;
pub mod payment;
pub mod policy;
pub mod problem;
pub mod receipt;
pub mod refund;
pub mod sale;
pub mod scan;
pub mod session;
pub mod shift;
pub mod site;
pub mod tariff;
pub mod terms;
pub mod token;
pub mod why;
