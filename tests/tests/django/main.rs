//! The example of a Django site beside a real Handsel, as one program: what its README promises to whoever adopts Handsel.
//! Knows nothing of how either is made.

mod adopting;
mod behind_nginx;
mod moving;
mod own_tests;
mod pages;
