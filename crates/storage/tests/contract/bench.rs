//! A fresh database and the processes that use it, with people and listings at hand. Knows nothing of what is tested.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use handsel_domain::conversation::ConversationKey;
use handsel_domain::ids::UserId;
use handsel_domain::listing::{Description, Listing, ListingKind, ListingRef, NewListing, Title};
use handsel_domain::password::PasswordHash;
use handsel_domain::ports::{NewUser, UserInsertError};
use handsel_domain::time::Timestamp;
use handsel_domain::user::{Name, Person, User, Username};
use handsel_storage::{Storage, Verified};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction};

use super::clock::{START, TestClock};
use super::heard::Heard;
use super::seat::Seat;
use super::subject::Subject;

/// What one process has: an open storage, and who listens to its commits.
pub(crate) struct Process {
    pub(crate) storage: Storage,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) heard: Arc<Heard>,
}

impl Process {
    pub(crate) async fn start(subject: &dyn Subject) -> Self {
        let (clock, heard) = (Arc::new(TestClock::default()), Arc::new(Heard::default()));
        let url = subject.url().parse().expect("a URL that is supported");
        let storage = Storage::open(&url, clock.clone(), heard.clone()).await.expect("the database opens");
        Self { storage, clock, heard }
    }

    pub(crate) async fn registers(&self, name: &str) -> Result<User, UserInsertError> {
        let user = NewUser {
            username: Username::parse(name).expect("a valid name"),
            first_name: Name::default(),
            last_name: Name::default(),
            password: PasswordHash::new(format!("hash of {name}")),
            created_at: START,
        };
        self.storage.users.insert(user).await
    }

    pub(crate) async fn user(&self, name: &str) -> Arc<Person> {
        Arc::new(self.registers(name).await.expect("the name is free").person)
    }

    pub(crate) async fn publishes(&self, owner: UserId, kind: ListingKind, title: &str) -> Listing {
        let new = NewListing {
            kind,
            owner,
            title: Title::parse(title).expect("a valid title"),
            description: Description::default(),
            created_at: START,
        };
        self.storage.listings.insert(new).await.expect("the storage answers")
    }

    pub(crate) async fn offer_of(&self, owner: &Person) -> ListingRef {
        self.publishes(owner.id, ListingKind::Offer, "Bike repair").await.listing
    }

    /// Where the respondent writes about the listing.
    pub(crate) fn seat(&self, person: &Arc<Person>, listing: ListingRef, respondent: &Person) -> Seat {
        Seat::new(&self.storage, person, ConversationKey { listing, respondent: respondent.id })
    }

    /// Ana, who has an offer, and Bob, who may write about it and has not yet.
    pub(crate) async fn ana_and_bob(&self) -> (Seat, Seat) {
        let (ana, bob) = (self.user("ana").await, self.user("bob").await);
        let offer = self.offer_of(&ana).await;
        (self.seat(&ana, offer, &bob), self.seat(&bob, offer, &bob))
    }

    /// Ana and Bob after Bob's first message.
    pub(crate) async fn ana_and_bob_talking(&self) -> (Seat, Seat) {
        let (ana, bob) = self.ana_and_bob().await;
        bob.says("Hello!").await;
        (ana, bob)
    }

    /// The same place, taken through this process.
    pub(crate) fn seat_of(&self, seat: &Seat) -> Seat {
        Seat::new(&self.storage, &seat.person, seat.key)
    }
}

/// A process over a database of its own.
pub(crate) struct Bench {
    process: Process,
    pub(crate) subject: Arc<dyn Subject>,
    /// Whether something was planted.
    is_unguarded: AtomicBool,
}

impl Deref for Bench {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl Bench {
    pub(crate) async fn fresh<S: Subject>() -> Self {
        Self::over(Arc::new(S::fresh().await)).await
    }

    async fn over(subject: Arc<dyn Subject>) -> Self {
        Self { process: Process::start(&*subject).await, subject, is_unguarded: AtomicBool::new(false) }
    }

    /// A bench over another database of the same kind.
    pub(crate) async fn fresh_of_the_kind_of(bench: &Self) -> Self {
        Self::over(bench.subject.another().await).await
    }

    /// Another process over the same database.
    pub(crate) async fn another_process(&self) -> Process {
        Process::start(&*self.subject).await
    }

    /// Ends the process and starts it again.
    pub(crate) async fn restarted(self) -> Self {
        self.process.storage.close().await;
        Self::over(self.subject).await
    }

    /// Ends the process.
    pub(crate) async fn ends(self) {
        self.process.storage.close().await;
    }

    /// A connection that no process of the tested kind has.
    pub(crate) async fn outside(&self) -> DatabaseConnection {
        let mut options = ConnectOptions::new(self.subject.url());
        options.max_connections(1);
        Database::connect(options).await.expect("the database opens")
    }

    /// Until this is rolled back, nobody commits anything.
    pub(crate) async fn holds_writes(&self) -> DatabaseTransaction {
        self.subject.hold_writes(&self.outside().await).await
    }

    /// What an operator does by hand as long as no port does it.
    pub(crate) async fn operator(&self, sql: &str) {
        self.outside().await.execute_unprepared(sql).await.expect("the operator knows the tables");
    }

    /// What no operator should do: stores what the database would refuse.
    pub(crate) async fn plants(&self, sql: &str) {
        self.is_unguarded.store(true, Ordering::SeqCst);
        self.operator(&format!("{}{sql}", self.subject.unguarded())).await;
    }

    /// What verifying the database comes to: what was read, and each breach as `code place #seq`. Where something was
    /// planted, that the guards against it are missing comes first, and is left out here.
    pub(crate) async fn verifies(&self) -> (Verified, Vec<String>) {
        let (url, mut found) = (self.subject.url().parse().expect("a URL that is supported"), Vec::new());
        let verified = handsel_storage::verify(&url, |breach| {
            println!("{breach:?}");
            let seq = breach.seq.map(|seq| format!(" #{seq}")).unwrap_or_default();
            found.push(format!("{} {}{seq}", breach.code, breach.place));
        });
        let mut verified = verified.await.expect("the database can be verified");
        let missing = if self.is_unguarded.load(Ordering::SeqCst) { self.subject.missing_guards() } else { &[] };
        assert!(found.iter().zip(missing).all(|(found, missing)| found == missing), "{found:?}");
        found.drain(..missing.len());
        let count = |breaches: usize| u64::try_from(breaches).expect("not so many");
        verified.breaches -= count(missing.len());
        assert_eq!(verified.breaches, count(found.len()));
        (verified, found)
    }

    /// The breaches of the database.
    pub(crate) async fn finds(&self) -> Vec<String> {
        self.verifies().await.1
    }

    pub(crate) async fn suspend(&self, user: UserId) {
        self.operator(&format!("UPDATE users SET suspended_at = 1 WHERE id = {user}")).await;
    }

    pub(crate) async fn delete(&self, user: UserId) {
        self.operator(&format!("UPDATE users SET deleted_at = 1 WHERE id = {user}")).await;
    }
}

/// An instant so many milliseconds after the clock's start.
pub(crate) const fn later(millis: i64) -> Timestamp {
    Timestamp::from_millis(START.as_millis() + millis)
}
