//! The wire, as `docs/protocol.md` describes it, talked to as clients do. Knows nothing of the HTTP API beyond
//! what it takes to have people and listings.

mod pair;
mod refusal;

mod addresses;
mod agreement;
mod bad_fields;
mod bad_json;
mod base_frames;
mod broken_frames;
mod closed_listings;
mod content;
mod frame_size;
mod handshake_arrows;
mod handshake_at_once;
mod handshake_errors;
mod handshake_repeats;
mod handshake_version;
mod heartbeat;
mod names;
mod opaque_terms;
mod origin;
mod privacy;
mod rate;
mod recipients;
mod recipients_of_respondents;
mod secrecy;
mod slow_reader;
mod token_end;
mod token_places;
mod token_secrecy;
mod tokens;
mod too_many_sockets;
mod upgrade;
