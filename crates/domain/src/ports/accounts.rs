//! Users, their passwords and their tokens, as ports. Knows nothing of hashing or SQL.

use std::sync::Arc;

use async_trait::async_trait;

use super::Claims;
use crate::Unavailable;
use crate::ids::{TokenId, UserId};
use crate::password::{Password, PasswordHash};
use crate::time::Timestamp;
use crate::token::Token;
use crate::user::{Name, Person, User, Username, UsernameKey};

/// A user to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Name to log in with.
    pub username: Username,
    /// First name, often empty.
    pub first_name: Name,
    /// Last name, often empty.
    pub last_name: Name,
    /// What the password hashes to.
    pub password: PasswordHash,
    /// When.
    pub created_at: Timestamp,
}

/// Why a user was not inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserInsertError {
    /// Another user has a name with the same key. Code `username_taken`.
    #[error("this username is taken")]
    UsernameTaken,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// A user as the site has them, who keeps the site's id here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteUser {
    /// The site's own id.
    pub id: UserId,
    /// What the site calls them.
    pub username: Username,
    /// First name, often empty.
    pub first_name: Name,
    /// Last name, often empty.
    pub last_name: Name,
}

/// What came of putting something by its own id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put<T> {
    /// It was not there before.
    Created(T),
    /// It was there, and is now as it was put.
    Kept(T),
}

/// Why a user was not put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PutUserError {
    /// Another user has a name with the same key. Code `username_taken`.
    #[error("this username is another user's; case and Unicode form do not matter")]
    UsernameTaken,
    /// The user was erased, which is for ever. Code `user_deleted`.
    #[error("this user was erased, and the id is nobody else's")]
    Deleted,
    /// It would leave no ids for those who come later. Code `id_too_high`.
    #[error("a site's own ids of users go up to 2^52, which is 4503599627370496")]
    IdTooHigh,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Why a password was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetPasswordError {
    /// No such user. Code `not_found`.
    #[error("there is no such user")]
    UnknownUser,
    /// The storage did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Who is known here. Deleted users are known to none of these methods.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Users: Send + Sync {
    /// Must give the user an id of its own, never one that was given before, and refuse a taken username key even
    /// where two callers insert it at the same moment.
    async fn insert(&self, user: NewUser) -> Result<User, UserInsertError>;

    /// Must make the user of that id, without a password, or call the one who has it so, and change nothing else about
    /// them. Two who put the same id at the same moment make one user. No id that was put may be given to somebody else
    /// by [`Users::insert`] later.
    async fn put(&self, user: SiteUser, now: Timestamp) -> Result<Put<User>, PutUserError>;

    /// Must find by key, so that case and Unicode form do not matter. `None` for the hash: cannot log in here.
    async fn by_username(&self, key: &UsernameKey) -> Result<Option<(User, Option<PasswordHash>)>, Unavailable>;

    /// Must find the user of that id.
    async fn by_id(&self, id: UserId) -> Result<Option<User>, Unavailable>;

    /// Must return those with an id past `after`, in id order, at most `limit`.
    async fn page(&self, after: Option<UserId>, limit: u32) -> Result<Vec<User>, Unavailable>;

    /// Must replace the hash and revoke every token of the user in the same transaction, then announce the revoked
    /// tokens to [`super::Committed`].
    async fn set_password(&self, user: UserId, password: PasswordHash, now: Timestamp) -> Result<(), SetPasswordError>;
}

/// Hashes passwords. Where more wait than can be served soon, both must refuse with [`Unavailable`].
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// Must be slow on purpose, salted, and off the threads that serve others.
    async fn hash(&self, password: Password) -> Result<PasswordHash, Unavailable>;

    /// Must say whether the password matches, and take as long where there is no hash as where there is one, so that
    /// the time tells nobody which usernames exist.
    async fn verify(&self, password: Password, hash: Option<PasswordHash>) -> Result<bool, Unavailable>;
}

/// Who a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user.
    pub person: Arc<Person>,
    /// The token.
    pub token: TokenId,
    /// When it runs out.
    pub expires_at: Timestamp,
}

/// A token as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// Who it speaks for, while it does.
    pub principal: Principal,
    /// Whether it was revoked, or its user erased.
    pub revoked: bool,
    /// Whether its user is suspended.
    pub suspended: bool,
}

/// A token that no longer speaks for anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeadToken {
    /// Which.
    pub token: TokenId,
    /// Whether that is because its user is suspended.
    pub suspended: bool,
}

/// What came of a JWT that was not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is kept like any token now.
    Admitted(StoredToken),
    /// Its user was logged out of everything since it was issued, or at all, where it does not say when that was.
    SignedOut,
    /// No such user, or one who was erased.
    UnknownUser,
}

/// Who is logged in.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Must make a secret of 32 random bytes and keep its hash alone.
    async fn issue(&self, user: UserId, now: Timestamp, expires_at: Timestamp) -> Result<Token, Unavailable>;

    /// The same for somebody who has shown to know a password, while the user still has it and is not suspended; `None`
    /// where that has changed meanwhile. Must be decided so that whoever changes it at the same moment either revokes
    /// this token or refuses it.
    async fn issue_for(
        &self,
        user: UserId,
        password: &PasswordHash,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<Option<Token>, Unavailable>;

    /// Must keep a JWT that was checked by the hash of what it is known by, as a token that runs out with it; the same where
    /// that is done already. Must be decided so that whoever logs the user out at the same moment either revokes it or
    /// refuses it.
    async fn admit(&self, jwt: &Token, claims: &Claims, now: Timestamp) -> Result<Admission, Unavailable>;

    /// Must find the token by its hash, revoked and expired ones included until they are swept.
    async fn find(&self, token: &Token) -> Result<Option<StoredToken>, Unavailable>;

    /// Must revoke, then announce it to [`super::Committed`].
    async fn revoke(&self, token: TokenId, now: Timestamp) -> Result<(), Unavailable>;

    /// Must revoke all of the user's, then announce them; returns how many there were. Must remember when, so that no
    /// JWT that was issued by then is admitted any more.
    async fn revoke_all(&self, user: UserId, now: Timestamp) -> Result<u64, Unavailable>;

    /// Must return those of `tokens` that no longer speak for anyone: revoked, of a suspended user, or gone.
    async fn dead_among(&self, tokens: &[TokenId]) -> Result<Vec<DeadToken>, Unavailable>;

    /// Must delete the tokens that ran out before `before`; returns how many.
    async fn sweep(&self, before: Timestamp) -> Result<u64, Unavailable>;
}
