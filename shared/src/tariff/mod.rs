//! Tariffs: what a kWh costs, when, and for whom.
