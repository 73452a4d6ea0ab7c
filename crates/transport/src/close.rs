//! Why sockets are refused or closed: one list of codes for both ways. Knows nothing of sockets.

use std::time::Duration;

use handsel_domain::ports::JwtRefused;
use handsel_domain::usecases::AuthenticateError;

/// A server's reason to refuse an upgrade or to close a socket. `docs/protocol.md` has its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The path names no conversation. 4000
    ConversationInvalid,
    /// The query is not well-formed. 4000
    QueryInvalid,
    /// `after` on a socket with more than one conversation. 4000
    AfterNeedsKey,
    /// Something that only clients of `handsel.v1` may ask for. 4000
    SubprotocolRequired,
    /// No token was given. 4001
    TokenRequired,
    /// What was given is no token. 4001
    TokenMalformed,
    /// The token is not known. 4001
    TokenUnknown,
    /// The token ran out. 4001
    TokenExpired,
    /// The token was revoked. 4001
    TokenRevoked,
    /// A JWT whose form, algorithm, signature or claims are wrong. 4001
    JwtInvalid,
    /// A JWT that begins later. 4001
    JwtNotYetValid,
    /// A JWT for another server. 4001
    JwtAudience,
    /// A JWT of another issuer. 4001
    JwtIssuer,
    /// A JWT for somebody who is not known here. 4001
    UserUnknown,
    /// The caller is neither owner nor respondent. 4003
    NotAParticipant,
    /// The account was stopped. 4003
    AccountSuspended,
    /// A browser's page from elsewhere. 4003
    OriginNotAllowed,
    /// No such listing. 4004
    ListingNotFound,
    /// The client reads too slowly. 4008
    TooSlow,
    /// The user opened one socket more than allowed; this was the oldest. 4009
    TooManySockets,
    /// The client goes on and on beyond its rate. 4029
    RateLimited,
    /// A binary frame. 1003
    BinaryFrame,
    /// A text frame that is not UTF-8. 1007
    InvalidUtf8,
    /// A frame beyond the limit. 1009
    FrameTooLarge,
    /// A breach of the WebSocket protocol. 1002
    ProtocolError,
    /// The server restarts. 1012
    Restarting,
    /// The storage does not answer, so nobody can be let in. 1013
    Unavailable,
}

impl CloseReason {
    /// Every reason.
    pub const ALL: [Self; 27] = [
        Self::ConversationInvalid,
        Self::QueryInvalid,
        Self::AfterNeedsKey,
        Self::SubprotocolRequired,
        Self::TokenRequired,
        Self::TokenMalformed,
        Self::TokenUnknown,
        Self::TokenExpired,
        Self::TokenRevoked,
        Self::JwtInvalid,
        Self::JwtNotYetValid,
        Self::JwtAudience,
        Self::JwtIssuer,
        Self::UserUnknown,
        Self::NotAParticipant,
        Self::AccountSuspended,
        Self::OriginNotAllowed,
        Self::ListingNotFound,
        Self::TooSlow,
        Self::TooManySockets,
        Self::RateLimited,
        Self::BinaryFrame,
        Self::InvalidUtf8,
        Self::FrameTooLarge,
        Self::ProtocolError,
        Self::Restarting,
        Self::Unavailable,
    ];

    /// The stable error code: the close reason on a socket, `code` in a problem.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ConversationInvalid => "conversation_invalid",
            Self::QueryInvalid => "query_invalid",
            Self::AfterNeedsKey => "after_needs_key",
            Self::SubprotocolRequired => "subprotocol_required",
            Self::TokenRequired => "token_required",
            Self::TokenMalformed => "token_malformed",
            Self::TokenUnknown => "token_unknown",
            Self::TokenExpired => "token_expired",
            Self::TokenRevoked => "token_revoked",
            Self::JwtInvalid => "jwt_invalid",
            Self::JwtNotYetValid => "jwt_not_yet_valid",
            Self::JwtAudience => "jwt_audience",
            Self::JwtIssuer => "jwt_issuer",
            Self::UserUnknown => "user_unknown",
            Self::NotAParticipant => "not_a_participant",
            Self::AccountSuspended => "account_suspended",
            Self::OriginNotAllowed => "origin_not_allowed",
            Self::ListingNotFound => "listing_not_found",
            Self::TooSlow => "too_slow",
            Self::TooManySockets => "too_many_sockets",
            Self::RateLimited => "rate_limited",
            Self::BinaryFrame => "binary_frame",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::FrameTooLarge => "frame_too_large",
            Self::ProtocolError => "protocol_error",
            Self::Restarting => "restarting",
            Self::Unavailable => "unavailable",
        }
    }

    /// The WebSocket close code.
    pub const fn close_code(self) -> u16 {
        match self {
            Self::ConversationInvalid | Self::QueryInvalid | Self::AfterNeedsKey | Self::SubprotocolRequired => 4000,
            Self::TokenRequired
            | Self::TokenMalformed
            | Self::TokenUnknown
            | Self::TokenExpired
            | Self::TokenRevoked
            | Self::JwtInvalid
            | Self::JwtNotYetValid
            | Self::JwtAudience
            | Self::JwtIssuer
            | Self::UserUnknown => 4001,
            Self::NotAParticipant | Self::AccountSuspended | Self::OriginNotAllowed => 4003,
            Self::ListingNotFound => 4004,
            Self::TooSlow => 4008,
            Self::TooManySockets => 4009,
            Self::RateLimited => 4029,
            Self::ProtocolError => 1002,
            Self::BinaryFrame => 1003,
            Self::InvalidUtf8 => 1007,
            Self::FrameTooLarge => 1009,
            Self::Restarting => 1012,
            Self::Unavailable => 1013,
        }
    }

    /// The status that answers a refused upgrade. Those that can only happen to an open socket have none of their own.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::ConversationInvalid | Self::QueryInvalid | Self::AfterNeedsKey | Self::SubprotocolRequired => 400,
            Self::TokenRequired
            | Self::TokenMalformed
            | Self::TokenUnknown
            | Self::TokenExpired
            | Self::TokenRevoked
            | Self::JwtInvalid
            | Self::JwtNotYetValid
            | Self::JwtAudience
            | Self::JwtIssuer
            | Self::UserUnknown => 401,
            Self::NotAParticipant | Self::AccountSuspended | Self::OriginNotAllowed => 403,
            Self::ListingNotFound => 404,
            Self::RateLimited | Self::TooManySockets => 429,
            Self::Restarting | Self::Unavailable => 503,
            Self::TooSlow | Self::BinaryFrame | Self::InvalidUtf8 | Self::FrameTooLarge | Self::ProtocolError => 400,
        }
    }

    /// What the reader should know or do.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::ConversationInvalid => {
                "The path must be /ws/chat/offer_N/, /ws/chat/need_N/ or, with the respondent's id, /ws/chat/offer_N:ID/."
            }
            Self::QueryInvalid => {
                "The query must be percent-encoded name=value pairs, for instance ?token=YOUR_TOKEN&after=41; after is a seq, 0 for the whole timeline."
            }
            Self::AfterNeedsKey => {
                "Several conversations have several places to go on from: with after, name one by its key, /ws/chat/offer_N:ID/?after=SEQ."
            }
            Self::SubprotocolRequired => {
                "The inbox and after are part of the extended protocol: offer Sec-WebSocket-Protocol: handsel.v1."
            }
            Self::TokenRequired => {
                "Log in at POST /api/auth/login/ and pass the token as ?token=YOUR_TOKEN or as Authorization: Bearer YOUR_TOKEN."
            }
            Self::TokenMalformed => {
                "A token has 43 characters of unpadded base64url, or is a JWT of at most 4,096 bytes where the server takes those; pass it exactly as it was given."
            }
            Self::TokenUnknown => "This token is not known; log in again at POST /api/auth/login/.",
            Self::TokenExpired => "This token has expired; log in again at POST /api/auth/login/.",
            Self::TokenRevoked => "This token was revoked; log in again at POST /api/auth/login/.",
            Self::JwtInvalid => {
                "This JWT is not accepted: its form, its algorithm, its signature or a claim is wrong; with --log debug the server's log says more."
            }
            Self::JwtNotYetValid => "This JWT is not valid yet; the site's clock may be ahead of this server's.",
            Self::JwtAudience => "This JWT is not meant for this server: its audience (aud) is another one.",
            Self::JwtIssuer => "This JWT is of another issuer (iss) than this server knows.",
            Self::UserUnknown => {
                "This JWT is for a user (sub) who is not known here; the site puts users first: PUT /api/admin/users/ID/."
            }
            Self::NotAParticipant => "This conversation is between two other people.",
            Self::AccountSuspended => "This account is suspended; ask those who run this site.",
            Self::OriginNotAllowed => {
                "Pages of this origin may not connect; the operator can allow it with --allow-origin."
            }
            Self::ListingNotFound => {
                "There is no such listing; GET /api/offers/ and GET /api/needs/ list those that there are."
            }
            Self::TooSlow => {
                "The client read too slowly; connect again, with after on handsel.v1, or read the timeline for what was missed."
            }
            Self::TooManySockets => {
                "This user has opened more sockets than allowed, and the oldest one was closed; close those that are not needed."
            }
            Self::RateLimited => "Too many frames; slow down and connect again.",
            Self::BinaryFrame => "Frames are JSON text; binary frames are not understood.",
            Self::InvalidUtf8 => "Frames are JSON text in UTF-8.",
            Self::FrameTooLarge => "A frame has at most 65,536 bytes, all of its fragments together.",
            Self::ProtocolError => "This is not the WebSocket protocol of RFC 6455.",
            Self::Restarting => "The server restarts; connect again in a moment.",
            Self::Unavailable => "The service is not available at the moment; connect again shortly.",
        }
    }

    /// When trying again helps.
    pub const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Restarting | Self::Unavailable => Some(Duration::from_secs(2)),
            Self::RateLimited => Some(Duration::from_secs(5)),
            _ => None,
        }
    }
}

impl From<AuthenticateError> for CloseReason {
    fn from(error: AuthenticateError) -> Self {
        match error {
            AuthenticateError::Unknown => Self::TokenUnknown,
            AuthenticateError::Expired | AuthenticateError::Jwt(JwtRefused::Expired) => Self::TokenExpired,
            AuthenticateError::Suspended => Self::AccountSuspended,
            AuthenticateError::Revoked => Self::TokenRevoked,
            AuthenticateError::Jwt(JwtRefused::NotTaken) => Self::TokenMalformed,
            AuthenticateError::Jwt(JwtRefused::Invalid) => Self::JwtInvalid,
            AuthenticateError::Jwt(JwtRefused::NotYetValid) => Self::JwtNotYetValid,
            AuthenticateError::Jwt(JwtRefused::Audience) => Self::JwtAudience,
            AuthenticateError::Jwt(JwtRefused::Issuer) => Self::JwtIssuer,
            AuthenticateError::UnknownUser => Self::UserUnknown,
            AuthenticateError::Unavailable(_) => Self::Unavailable,
        }
    }
}
