//! The admin API: what a site that has its own users says and asks by its key. Knows nothing of what users do.

mod events;
mod events_and_rights;
mod external;
mod forged;
mod jwts;
mod keys;
mod listings;
mod scene;
mod site;
mod tokens;
mod users;
