//! A site's own tokens, JWTs, as a port. Knows nothing of JSON, keys or signatures.

use crate::ids::UserId;
use crate::time::Timestamp;
use crate::token::Token;

/// What a JWT says that was signed by the site, and is for this server and for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Whom it speaks for.
    pub user: UserId,
    /// When the site issued it, where it says so.
    pub issued_at: Option<Timestamp>,
    /// When it runs out.
    pub expires_at: Timestamp,
}

/// Why a JWT speaks for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtRefused {
    /// None is taken here.
    #[error("this server takes no JWTs; the operator turns them on by --jwt-secret or --jwt-jwks-file")]
    NotTaken,
    /// Its form, its algorithm, its signature or a claim: which, it does not say.
    #[error("this JWT is not accepted; its form, its algorithm, its signature or a claim is wrong")]
    Invalid,
    /// It ran out.
    #[error("this token has expired; log in again")]
    Expired,
    /// It begins later.
    #[error("this JWT is not valid yet; the site's clock may be ahead of this server's")]
    NotYetValid,
    /// It is for another server.
    #[error("this JWT is not meant for this server: its audience (aud) is another one")]
    Audience,
    /// It is of another issuer.
    #[error("this JWT is of another issuer (iss) than this server knows")]
    Issuer,
}

impl JwtRefused {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotTaken => "token_malformed",
            Self::Invalid => "jwt_invalid",
            Self::Expired => "token_expired",
            Self::NotYetValid => "jwt_not_yet_valid",
            Self::Audience => "jwt_audience",
            Self::Issuer => "jwt_issuer",
        }
    }
}

/// Whose signature is believed.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Jwts: Send + Sync {
    /// Must check the signature, by an algorithm that the key decides and never the JWT, before anything that the JWT says,
    /// and then all that [`JwtRefused`] names.
    fn check(&self, jwt: &Token, now: Timestamp) -> Result<Claims, JwtRefused>;
}
