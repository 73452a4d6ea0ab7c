//! Logging in and being recognised. Knows nothing of how passwords are hashed or tokens kept.

use std::sync::Arc;
use std::time::Duration;

use handsel_domain::Unavailable;
use handsel_domain::ids::{TokenId, UserId};
use handsel_domain::password::{Password, PasswordHash};
use handsel_domain::ports::{
    Admission, Claims, JwtRefused, Jwts, MockClock, MockJwts, MockPasswords, MockTokens, MockUsers, Principal,
    StoredToken,
};
use handsel_domain::time::Timestamp;
use handsel_domain::token::{TOKEN_CHARS, Token};
use handsel_domain::usecases::{Accounts, AuthenticateError, LogInError};
use handsel_domain::user::{Name, Person, User, Username, UsernameKey};
use pollster::block_on;

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const DAY: Duration = Duration::from_hours(24);

fn ada() -> User {
    let username = Username::parse("Ada").expect("a username");
    let person = Person::new(UserId::new(7).expect("an id"), username, "", "");
    User { person, first_name: Name::default(), last_name: Name::default(), created_at: NOW, suspended: false }
}

fn hash() -> PasswordHash {
    PasswordHash::new("$hash".to_owned())
}

fn token() -> Token {
    Token::parse(&"t".repeat(TOKEN_CHARS)).expect("well-formed")
}

/// The ports, none of which expects anything but the clock.
struct Ports {
    users: MockUsers,
    passwords: MockPasswords,
    tokens: MockTokens,
    clock: MockClock,
}

impl Ports {
    fn new() -> Self {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        Self { users: MockUsers::new(), passwords: MockPasswords::new(), tokens: MockTokens::new(), clock }
    }

    /// Knows that user and no other.
    fn knowing(user: User, hash: Option<PasswordHash>) -> Self {
        let mut ports = Self::new();
        let key = user.person.username.key();
        let found = move |asked: &UsernameKey| Ok((*asked == key).then(|| (user.clone(), hash.clone())));
        ports.users.expect_by_username().times(1).returning(found);
        ports
    }

    /// Exactly one password is verified: this one, against this hash, with this outcome.
    fn verifying_once(mut self, password: &'static str, hash: Option<PasswordHash>, matches: bool) -> Self {
        let verify = self.passwords.expect_verify().times(1);
        verify.withf(move |given, against| given.reveal() == password && *against == hash).return_const(Ok(matches));
        self
    }

    fn finding_token(user: User, expires_at: Timestamp, revoked: bool) -> Self {
        let mut ports = Self::new();
        let token = TokenId::new(3).expect("an id");
        let principal = Principal { person: Arc::new(user.person), token, expires_at };
        let stored = StoredToken { principal, revoked, suspended: false };
        ports.tokens.expect_find().times(1).return_once(move |_| Ok(Some(stored)));
        ports
    }

    fn accounts(self) -> Accounts {
        let Self { users, passwords, tokens, clock } = self;
        Accounts::new(Arc::new(users), Arc::new(passwords), Arc::new(tokens), Arc::new(clock))
    }
}

#[test]
fn the_right_password_is_given_a_token_for_a_day() {
    let mut ports = Ports::knowing(ada(), Some(hash())).verifying_once("correct horse", Some(hash()), true);
    let issue = ports.tokens.expect_issue_for().times(1);
    issue
        .withf(|user, password, now, until| (user.get(), password, *now, *until) == (7, &hash(), NOW, NOW.plus(DAY)))
        .return_once(|_, _, _, _| Ok(Some(token())));
    // Another case and another Unicode form of the same name.
    let grant = block_on(ports.accounts().log_in("ＡDA", "correct horse")).expect("logged in");
    assert_eq!((grant.token, grant.expires_at, grant.user), (token(), NOW.plus(DAY), ada()));
}

#[test]
fn a_password_that_was_replaced_while_it_was_verified_is_refused() {
    let mut ports = Ports::knowing(ada(), Some(hash())).verifying_once("correct horse", Some(hash()), true);
    ports.tokens.expect_issue_for().times(1).return_once(|_, _, _, _| Ok(None));
    let refused = block_on(ports.accounts().log_in("ada", "correct horse")).map(|_| ());
    assert_eq!(refused, Err(LogInError::CredentialsInvalid));
}

#[test]
fn a_wrong_password_is_verified_and_refused() {
    let ports = Ports::knowing(ada(), Some(hash())).verifying_once("wrong horse", Some(hash()), false);
    let refused = block_on(ports.accounts().log_in("ada", "wrong horse")).map(|_| ());
    assert_eq!(refused, Err(LogInError::CredentialsInvalid));
}

#[test]
fn an_unknown_user_is_answered_like_a_wrong_password_after_as_much_work() {
    let ports = Ports::knowing(ada(), Some(hash())).verifying_once("correct horse", None, false);
    let refused = block_on(ports.accounts().log_in("nobody", "correct horse")).map(|_| ());
    assert_eq!(refused, Err(LogInError::CredentialsInvalid));
}

#[test]
fn a_password_that_cannot_be_one_costs_as_much_work_too() {
    for impossible in [String::new(), "short".to_owned(), "x".repeat(129)] {
        for name in ["ada", "nobody"] {
            let ports = Ports::knowing(ada(), Some(hash())).verifying_once("not a password", None, false);
            let refused = block_on(ports.accounts().log_in(name, &impossible)).map(|_| ());
            assert_eq!(refused, Err(LogInError::CredentialsInvalid), "{name}");
        }
    }
}

#[test]
fn a_user_without_a_password_cannot_log_in() {
    let ports = Ports::knowing(ada(), None).verifying_once("correct horse", None, false);
    let refused = block_on(ports.accounts().log_in("ada", "correct horse")).map(|_| ());
    assert_eq!(refused, Err(LogInError::CredentialsInvalid));
}

#[test]
fn a_suspended_user_is_told_so_only_with_the_right_password() {
    for (matches, expected) in [(true, LogInError::Suspended), (false, LogInError::CredentialsInvalid)] {
        let suspended = User { suspended: true, ..ada() };
        let ports = Ports::knowing(suspended, Some(hash())).verifying_once("correct horse", Some(hash()), matches);
        let refused = block_on(ports.accounts().log_in("ada", "correct horse")).map(|_| ());
        assert_eq!(refused, Err(expected));
    }
}

#[test]
fn a_storage_that_does_not_answer_is_no_wrong_password() {
    let mut ports = Ports::new();
    ports.users.expect_by_username().return_once(|_| Err(Unavailable));
    let refused = block_on(ports.accounts().log_in("ada", "correct horse")).map(|_| ());
    assert_eq!(refused, Err(LogInError::Unavailable(Unavailable)));
}

#[test]
fn a_token_speaks_for_its_user_until_it_runs_out() {
    let just_in_time = Timestamp::from_millis(NOW.as_millis() + 1);
    let accounts = Ports::finding_token(ada(), just_in_time, false).accounts();
    let principal = block_on(accounts.authenticate(&token())).expect("recognised");
    assert_eq!((principal.person.id, principal.expires_at), (ada().person.id, just_in_time));
    for too_late in [NOW, Timestamp::from_millis(0)] {
        let accounts = Ports::finding_token(ada(), too_late, false).accounts();
        assert_eq!(block_on(accounts.authenticate(&token())), Err(AuthenticateError::Expired));
    }
}

#[test]
fn a_revoked_token_is_called_revoked_even_after_it_ran_out() {
    for expires_at in [NOW.plus(DAY), Timestamp::from_millis(0)] {
        let accounts = Ports::finding_token(ada(), expires_at, true).accounts();
        assert_eq!(block_on(accounts.authenticate(&token())), Err(AuthenticateError::Revoked));
    }
}

#[test]
fn a_token_that_was_never_issued_is_unknown() {
    let mut ports = Ports::new();
    ports.tokens.expect_find().times(1).return_once(|_| Ok(None));
    assert_eq!(block_on(ports.accounts().authenticate(&token())), Err(AuthenticateError::Unknown));
}

#[test]
fn each_reason_against_a_token_has_its_code() {
    for (reason, code) in [
        (AuthenticateError::Unknown, "token_unknown"),
        (AuthenticateError::Expired, "token_expired"),
        (AuthenticateError::Revoked, "token_revoked"),
        (AuthenticateError::Jwt(JwtRefused::NotTaken), "token_malformed"),
        (AuthenticateError::Jwt(JwtRefused::Invalid), "jwt_invalid"),
        (AuthenticateError::Jwt(JwtRefused::Expired), "token_expired"),
        (AuthenticateError::Jwt(JwtRefused::NotYetValid), "jwt_not_yet_valid"),
        (AuthenticateError::Jwt(JwtRefused::Audience), "jwt_audience"),
        (AuthenticateError::Jwt(JwtRefused::Issuer), "jwt_issuer"),
        (AuthenticateError::UnknownUser, "user_unknown"),
        (AuthenticateError::Suspended, "account_suspended"),
        (AuthenticateError::Unavailable(Unavailable), "unavailable"),
    ] {
        assert_eq!(reason.code(), code);
    }
}

#[test]
fn a_new_password_is_hashed_before_it_is_stored() {
    let mut ports = Ports::new();
    ports.passwords.expect_hash().times(1).withf(|given| given.reveal() == "new password").return_once(|_| Ok(hash()));
    let set = ports.users.expect_set_password().times(1);
    set.withf(|user, given, now| user.get() == 7 && *given == hash() && *now == NOW).return_const(Ok(()));
    let password = Password::parse("new password").expect("long enough");
    assert_eq!(block_on(ports.accounts().set_password(ada().person.id, password)), Ok(()));
}

#[test]
fn tokens_are_swept_a_week_after_they_ran_out() {
    let mut ports = Ports::new();
    let sweep = ports.tokens.expect_sweep().times(1);
    sweep.withf(|before| before.plus(7 * DAY) == NOW).return_const(Ok(2));
    assert_eq!(block_on(ports.accounts().sweep_tokens()), Ok(2));
}

fn jwt() -> Token {
    Token::parse("aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl").expect("well-formed")
}

fn stored_jwt(revoked: bool) -> StoredToken {
    let principal =
        Principal { person: Arc::new(ada().person), token: TokenId::new(3).expect("an id"), expires_at: NOW.plus(DAY) };
    StoredToken { principal, revoked, suspended: false }
}

/// Those keys, which give that outcome once.
fn keys(outcome: Result<Claims, JwtRefused>) -> Arc<dyn Jwts> {
    let mut jwts = MockJwts::new();
    jwts.expect_check().times(1).withf(|given, now| *given == jwt() && *now == NOW).return_const(outcome);
    Arc::new(jwts)
}

fn for_ada() -> Claims {
    Claims { user: ada().person.id, issued_at: None, expires_at: NOW.plus(DAY) }
}

#[test]
fn a_jwt_that_is_refused_is_looked_up_nowhere() {
    for refused in [JwtRefused::Invalid, JwtRefused::Expired, JwtRefused::Audience] {
        let accounts = Ports::new().accounts().with_jwts(keys(Err(refused)));
        assert_eq!(block_on(accounts.authenticate(&jwt())), Err(refused.into()));
    }
    let without = Ports::new().accounts();
    assert_eq!(block_on(without.authenticate(&jwt())), Err(JwtRefused::NotTaken.into()));
}

#[test]
fn a_jwt_is_checked_again_though_it_is_known() {
    for (revoked, expected) in [(false, Ok(stored_jwt(false).principal)), (true, Err(AuthenticateError::Revoked))] {
        let mut ports = Ports::new();
        ports.tokens.expect_find().times(1).return_const(Ok(Some(stored_jwt(revoked))));
        let accounts = ports.accounts().with_jwts(keys(Ok(for_ada())));
        assert_eq!(block_on(accounts.authenticate(&jwt())), expected);
    }
}

#[test]
fn a_jwt_that_is_new_here_is_admitted_or_refused() {
    for (admission, expected) in [
        (Admission::Admitted(stored_jwt(false)), Ok(stored_jwt(false).principal)),
        (Admission::Admitted(stored_jwt(true)), Err(AuthenticateError::Revoked)),
        (Admission::SignedOut, Err(AuthenticateError::Revoked)),
        (Admission::UnknownUser, Err(AuthenticateError::UnknownUser)),
    ] {
        let mut ports = Ports::new();
        ports.tokens.expect_find().times(1).return_const(Ok(None));
        let admits = ports.tokens.expect_admit().times(1);
        admits
            .withf(|given, claims, now| *given == jwt() && *claims == for_ada() && *now == NOW)
            .return_const(Ok(admission));
        let accounts = ports.accounts().with_jwts(keys(Ok(for_ada())));
        assert_eq!(block_on(accounts.authenticate(&jwt())), expected);
    }
}
