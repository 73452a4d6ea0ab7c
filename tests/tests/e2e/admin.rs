//! The admin API: what a site that has its own users says and asks by its key. Knows nothing of what users do.

mod external;
mod keys;
mod listings;
mod tokens;
mod users;
