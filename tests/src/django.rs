//! The example of a Django site, as it stands in `examples/django`, beside a real Handsel. Knows nothing of how either is made.

mod python;
mod site;
mod visitor;

pub use site::{HandselBeside, Site};
pub use visitor::Visitor;
