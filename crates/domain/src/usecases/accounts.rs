//! Registering, logging in and out, and being recognised. Knows nothing of HTTP or sockets.

use std::sync::Arc;
use std::time::Duration;

use crate::Unavailable;
use crate::ids::{TokenId, UserId};
use crate::password::Password;
use crate::ports::{
    Admission, Clock, JwtRefused, Jwts, NewUser, Passwords, Principal, SetPasswordError, StoredToken, Tokens,
    UserInsertError, Users,
};
use crate::time::Timestamp;
use crate::token::{TOKEN_LIFETIME, Token};
use crate::user::{Name, User, Username, UsernameKey};

/// Expired tokens are kept so long, so that their owner is told "expired" and not "unknown".
const EXPIRED_TOKENS_KEPT: Duration = Duration::from_hours(7 * 24);

/// What a user registers with.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Name to log in with.
    pub username: Username,
    /// To be hashed.
    pub password: Password,
    /// First name, often empty.
    pub first_name: Name,
    /// Last name, often empty.
    pub last_name: Name,
}

/// Why nobody was registered.
pub type RegisterError = UserInsertError;

/// What a log-in gives.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The secret; it cannot be shown again.
    pub token: Token,
    /// When it runs out.
    pub expires_at: Timestamp,
    /// Whom it speaks for.
    pub user: User,
}

/// Why nobody was logged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogInError {
    /// No such user, or wrong password: which, it does not say. Code `credentials_invalid`.
    #[error("username or password is wrong")]
    CredentialsInvalid,
    /// The password is right, and the account was stopped. Code `account_suspended`.
    #[error("this account is suspended; ask those who run this site")]
    Suspended,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why a token speaks for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticateError {
    /// It was never issued, or long ago.
    #[error("this token is not known; log in again")]
    Unknown,
    /// It ran out.
    #[error("this token has expired; log in again")]
    Expired,
    /// The account that it speaks for was stopped.
    #[error("this account is suspended; ask those who run this site")]
    Suspended,
    /// It was revoked: by log-out, a new password, or an operator.
    #[error("this token was revoked; log in again")]
    Revoked,
    /// It is a JWT, and none that is taken.
    #[error(transparent)]
    Jwt(#[from] JwtRefused),
    /// It is a JWT for somebody whom the site has not put here.
    #[error("this JWT is for a user (sub) who is not known here; the site puts users first: PUT /api/admin/users/ID/")]
    UnknownUser,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl AuthenticateError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "token_unknown",
            Self::Expired => "token_expired",
            Self::Suspended => "account_suspended",
            Self::Revoked => "token_revoked",
            Self::Jwt(refused) => refused.code(),
            Self::UnknownUser => "user_unknown",
            Self::Unavailable(_) => Unavailable::CODE,
        }
    }
}

/// Users and their tokens.
#[derive(Clone)]
pub struct Accounts {
    users: Arc<dyn Users>,
    passwords: Arc<dyn Passwords>,
    tokens: Arc<dyn Tokens>,
    /// `None`: no JWT is taken.
    jwts: Option<Arc<dyn Jwts>>,
    clock: Arc<dyn Clock>,
}

impl Accounts {
    /// Over these ports.
    pub fn new(
        users: Arc<dyn Users>,
        passwords: Arc<dyn Passwords>,
        tokens: Arc<dyn Tokens>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { users, passwords, tokens, jwts: None, clock }
    }

    /// Where a site signs tokens of its own, too.
    #[must_use]
    pub fn with_jwts(self, jwts: Arc<dyn Jwts>) -> Self {
        Self { jwts: Some(jwts), ..self }
    }

    /// Makes a new user.
    pub async fn register(&self, registration: Registration) -> Result<User, RegisterError> {
        let Registration { username, password, first_name, last_name } = registration;
        let password = self.passwords.hash(password).await?;
        self.users.insert(NewUser { username, first_name, last_name, password, created_at: self.clock.now() }).await
    }

    /// Issues a token to whoever knows the password. Takes about as long for a user who does not exist.
    pub async fn log_in(&self, username: &str, password: &str) -> Result<Grant, LogInError> {
        let found = self.users.by_username(&UsernameKey::of(username)).await?;
        let (user, hash) = found.map_or((None, None), |(user, hash)| (Some(user), hash));
        // A password that cannot be one is checked like any other, against nothing: the time must not tell.
        let (password, hash) = match Password::parse(password) {
            Ok(password) => (password, hash),
            Err(_) => (Password::parse("not a password").map_err(|_| LogInError::CredentialsInvalid)?, None),
        };
        let matches = self.passwords.verify(password, hash.clone()).await?;
        match (user, hash) {
            (Some(user), Some(_)) if matches && user.suspended => Err(LogInError::Suspended),
            (Some(user), Some(hash)) if matches => {
                let (now, expires_at) = self.lifetime();
                // That took its time: a password that was replaced meanwhile opens nothing any more.
                let token = self.tokens.issue_for(user.person.id, &hash, now, expires_at).await?;
                let token = token.ok_or(LogInError::CredentialsInvalid)?;
                Ok(Grant { token, expires_at, user })
            }
            _ => Err(LogInError::CredentialsInvalid),
        }
    }

    /// Issues a token without a password: for operators.
    pub async fn issue(&self, user: User) -> Result<Grant, Unavailable> {
        let (now, expires_at) = self.lifetime();
        let token = self.tokens.issue(user.person.id, now, expires_at).await?;
        Ok(Grant { token, expires_at, user })
    }

    /// Of a token that is issued now.
    fn lifetime(&self) -> (Timestamp, Timestamp) {
        let now = self.clock.now();
        (now, now.plus(TOKEN_LIFETIME))
    }

    /// Who the token speaks for.
    pub async fn authenticate(&self, token: &Token) -> Result<Principal, AuthenticateError> {
        let stored = if token.is_jwt() {
            self.recognise(token).await?
        } else {
            self.tokens.find(token).await?.ok_or(AuthenticateError::Unknown)?
        };
        if stored.suspended {
            Err(AuthenticateError::Suspended)
        } else if stored.revoked {
            Err(AuthenticateError::Revoked)
        } else if stored.principal.expires_at <= self.clock.now() {
            Err(AuthenticateError::Expired)
        } else {
            Ok(stored.principal)
        }
    }

    /// A JWT is checked each time, so that one whose key is withdrawn is refused, and from its first time on kept like any
    /// token, so that it can be revoked.
    async fn recognise(&self, jwt: &Token) -> Result<StoredToken, AuthenticateError> {
        let now = self.clock.now();
        let claims = self.jwts.as_ref().ok_or(JwtRefused::NotTaken)?.check(jwt, now)?;
        if let Some(stored) = self.tokens.find(jwt).await? {
            return Ok(stored);
        }
        match self.tokens.admit(jwt, &claims, now).await? {
            Admission::Admitted(stored) => Ok(stored),
            Admission::SignedOut => Err(AuthenticateError::Revoked),
            Admission::UnknownUser => Err(AuthenticateError::UnknownUser),
        }
    }

    /// Revokes one token.
    pub async fn log_out(&self, token: TokenId) -> Result<(), Unavailable> {
        self.tokens.revoke(token, self.clock.now()).await
    }

    /// Revokes all tokens of a user; returns how many there were.
    pub async fn revoke_all(&self, user: UserId) -> Result<u64, Unavailable> {
        self.tokens.revoke_all(user, self.clock.now()).await
    }

    /// Sets a new password, which revokes all tokens.
    pub async fn set_password(&self, user: UserId, password: Password) -> Result<(), SetPasswordError> {
        let hash = self.passwords.hash(password).await?;
        self.users.set_password(user, hash, self.clock.now()).await
    }

    /// The user of that name, in any case and Unicode form.
    pub async fn by_username(&self, username: &str) -> Result<Option<User>, Unavailable> {
        Ok(self.users.by_username(&UsernameKey::of(username)).await?.map(|(user, _)| user))
    }

    /// The user of that id.
    pub async fn by_id(&self, id: UserId) -> Result<Option<User>, Unavailable> {
        self.users.by_id(id).await
    }

    /// Users with an id past `after`, in id order, at most `limit`.
    pub async fn page(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, Unavailable> {
        self.users.page(after, limit).await
    }

    /// Deletes the tokens that nobody needs any more; returns how many.
    pub async fn sweep_tokens(&self) -> Result<u64, Unavailable> {
        let now = self.clock.now();
        let kept = i64::try_from(EXPIRED_TOKENS_KEPT.as_millis()).unwrap_or(i64::MAX);
        self.tokens.sweep(Timestamp::from_millis(now.as_millis().saturating_sub(kept))).await
    }
}
