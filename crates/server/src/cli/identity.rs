//! The flags that say whose the users are. Knows nothing of what they do.

// Help is read in terminals, where Markdown's quotes are noise.
#![allow(clippy::doc_markdown)]

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

/// Whose the users are, and how the site that has them proves to be that site.
#[derive(Clone, Debug, Default, Args, Serialize)]
pub struct IdentityArgs {
    /// Whose the users and listings are: local, they register and publish here; external, a site puts its own [default: local]
    #[arg(long, value_name = "WHOSE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// A key of the site's for /api/admin/, at least 32 characters; may be repeated. Others on this machine can see flags:
    /// rather set HANDSEL_ADMIN_KEY or HANDSEL_ADMIN_KEY_FILE [default: none]
    #[arg(long, value_name = "KEY")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin_key: Vec<String>,
    /// Secret of the site's own JWTs (HS256), at least 32 bytes. Others on this machine can see flags: rather set
    /// HANDSEL_JWT_SECRET or HANDSEL_JWT_SECRET_FILE [default: none]
    #[arg(long, value_name = "SECRET")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_secret: Option<String>,
    /// File with the public keys of the site's own JWTs, a JSON Web Key Set (RS256, ES256, EdDSA); read again where it changes [default: none]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_jwks_file: Option<PathBuf>,
    /// Whom a JWT must be for (aud) [default: none]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_audience: Option<String>,
    /// Whom a JWT must be of (iss) [default: none]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwt_issuer: Option<String>,
}
