//! The port `Ledger` by a signed request to the marketplace. Knows nothing of when it is asked, nor of what comes of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use handsel_domain::Unavailable;
use handsel_domain::conversation::Side;
use handsel_domain::ports::{Clock, Ledger, NotAgreed, ProposedStep, RefusalText};
use handsel_domain::time::Timestamp;
use handsel_domain::user::Person;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use crate::client::{Answer, CallError, Client, Target};
use crate::signature::Secrets;

/// How long the ledger may think, with all that it takes to ask it.
pub const LEDGER_TIMEOUT: Duration = Duration::from_secs(2);
/// Questions that are asked at the same moment; more wait for one of these.
pub const QUESTIONS_MAX: usize = 64;

/// What a ledger can come to, as the metrics call it.
const ANSWERS: [&str; 3] = ["agreed", "refused", "unavailable"];

type Verdict = Result<(), NotAgreed>;
type Question = Shared<BoxFuture<'static, Verdict>>;

/// See the module.
pub struct Hook {
    asked: Arc<Asked>,
    /// Who says the same twice at the same moment, as with a double click, is one question.
    under_way: Mutex<HashMap<String, WeakShared<BoxFuture<'static, Verdict>>>>,
}

struct Asked {
    client: Client,
    target: Target,
    secrets: Secrets,
    clock: Arc<dyn Clock>,
    places: Semaphore,
}

impl Hook {
    /// Asks there.
    pub fn new(client: Client, target: Target, secrets: Secrets, clock: Arc<dyn Clock>) -> Self {
        for answer in ANSWERS {
            metrics::counter!("handsel_ledger_answers_total", "answer" => answer).increment(0);
        }
        let _ = metrics::histogram!("handsel_ledger_duration_seconds");
        let asked = Asked { client, target, secrets, clock, places: Semaphore::new(QUESTIONS_MAX) };
        Self { asked: Arc::new(asked), under_way: Mutex::default() }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<String, WeakShared<BoxFuture<'static, Verdict>>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The one that is under way, or a new one.
    fn question(&self, key: &str, step: &ProposedStep) -> Question {
        let mut under_way = self.under_way();
        let known = under_way.get(key).and_then(WeakShared::upgrade);
        if let Some(known) = known.filter(|question| question.peek().is_none()) {
            return known;
        }
        let (asked, name, step) = (Arc::clone(&self.asked), key.to_owned(), step.clone());
        let question = async move { asked.ask(&name, &step).await }.boxed().shared();
        under_way.extend(question.downgrade().map(|weak| (key.to_owned(), weak)));
        question
    }
}

#[async_trait]
impl Ledger for Hook {
    async fn agree(&self, step: &ProposedStep) -> Verdict {
        let key = step.key();
        let question = self.question(&key, step);
        let verdict = question.await;
        // Of several who have waited, the first has done it for all, and the next question may be there by now.
        let mut under_way = self.under_way();
        if under_way.get(&key).is_some_and(|weak| weak.upgrade().is_none_or(|known| known.peek().is_some())) {
            under_way.remove(&key);
        }
        verdict
    }
}

impl Asked {
    async fn ask(&self, key: &str, step: &ProposedStep) -> Verdict {
        let began = Instant::now();
        let answer = self.post(key, step, began + LEDGER_TIMEOUT).await;
        metrics::histogram!("handsel_ledger_duration_seconds").record(began.elapsed());
        let verdict = match &answer {
            Ok(answer) => verdict(answer),
            Err(_) => Err(Unavailable.into()),
        };
        let (name, conversation) = (step.step.name(), step.conversation.key());
        let counted = match &verdict {
            Ok(()) => ANSWERS[0],
            Err(NotAgreed::Refused(_)) => {
                let status = answer.map_or(0, |answer| answer.status);
                tracing::info!(step = name, %conversation, status, "the ledger refused a step");
                ANSWERS[1]
            }
            Err(NotAgreed::Unavailable(_)) => {
                let why = answer.map_or_else(|error| error.to_string(), |answer| format!("status {}", answer.status));
                tracing::warn!(step = name, %conversation, hook = %self.target, why, "the ledger did not answer");
                ANSWERS[2]
            }
        };
        metrics::counter!("handsel_ledger_answers_total", "answer" => counted).increment(1);
        verdict
    }

    async fn post(&self, key: &str, step: &ProposedStep, by: Instant) -> Result<Answer, CallError> {
        let place = timeout_at(by, self.places.acquire()).await.map_err(|_| CallError::TimedOut)?;
        let _place = place.map_err(|closed| CallError::Failed(closed.to_string()))?;
        let now = self.clock.now();
        let body = body(step, key, now);
        let signed = self.secrets.sign(key, now, &body);
        let header = HeaderValue::from_str(key).expect("names of handshakes are visible ASCII");
        let header = (HeaderName::from_static("idempotency-key"), header);
        self.client.post(&self.target, &signed, Some(header), body, by).await
    }
}

/// What the status says. Some of those that begin with 4 say that it is to be asked again later.
fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        200..=299 => Ok(()),
        408 | 425 | 429 => Err(Unavailable.into()),
        400..=499 => {
            let body: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
            let words = body.as_ref().and_then(|body| body.get("message")?.as_str());
            Err(NotAgreed::Refused(RefusalText::new(words)))
        }
        _ => Err(Unavailable.into()),
    }
}

#[derive(Serialize)]
struct Asking<'a> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    conversation: String,
    listing: String,
    uid: String,
    owner: Someone<'a>,
    respondent: Someone<'a>,
    initiator_id: i64,
    actor_id: i64,
    step: &'static str,
    status: &'static str,
    version: i64,
    completed_by: Vec<i64>,
    /// Passed on as it was written.
    terms: Option<&'a RawValue>,
    note: Option<&'a str>,
    idempotency_key: &'a str,
}

#[derive(Serialize)]
struct Someone<'a> {
    id: i64,
    username: &'a str,
    full_name: &'a str,
}

impl<'a> From<&'a Person> for Someone<'a> {
    fn from(person: &'a Person) -> Self {
        Self { id: person.id.get(), username: person.username.as_str(), full_name: &person.full_name }
    }
}

fn body(step: &ProposedStep, key: &str, now: Timestamp) -> Vec<u8> {
    let ProposedStep { conversation, owner, respondent, actor, step: kind, handshake } = step;
    let user = |side| conversation.user(side).get();
    let completed_by = handshake.state.completed_by();
    let asking = Asking {
        kind: format!("handshake.{}", kind.name()),
        timestamp: rfc3339(now),
        data: Data {
            conversation: conversation.key().to_string(),
            listing: conversation.key().listing.to_string(),
            uid: step.uid(),
            owner: owner.into(),
            respondent: respondent.into(),
            initiator_id: user(handshake.initiator),
            actor_id: user(*actor),
            step: kind.name(),
            status: handshake.state.name(),
            version: handshake.version.get(),
            completed_by: [Side::Owner, Side::Respondent]
                .into_iter()
                .filter(|s| completed_by.has(*s))
                .map(user)
                .collect(),
            // The edge that took the terms has seen that they are JSON.
            terms: handshake.terms.as_ref().and_then(|terms| serde_json::from_str(terms.as_json()).ok()),
            note: handshake.note.as_ref().map(|note| note.as_str()),
            idempotency_key: key,
        },
    };
    serde_json::to_vec(&asking).expect("a step has text keys and no value that JSON lacks")
}

fn rfc3339(at: Timestamp) -> String {
    let since_epoch = Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0));
    humantime::format_rfc3339_millis(SystemTime::UNIX_EPOCH + since_epoch).to_string()
}

#[cfg(test)]
mod tests;
