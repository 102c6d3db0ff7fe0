//! The prepaid account.
