//! The marketplace's ledger agrees first to what is approved, cancelled or completed. Knows nothing of how it keeps account.

mod addresses;
mod agreeing;
mod at_once;
mod refusing;
mod scene;
mod silent;
