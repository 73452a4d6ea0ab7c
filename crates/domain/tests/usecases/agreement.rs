//! The ledger agrees first: what it is asked, and what its answer holds to. Knows nothing of any adapter.

use std::sync::{Arc, Mutex};

use handsel_domain::Unavailable;
use handsel_domain::conversation::{Account, Between, Conversation, Side, Standing};
use handsel_domain::handshake::{Decision, Handshake, Step, StepAction, decide};
use handsel_domain::ids::{Head, Seq, UserId};
use handsel_domain::ports::{
    Append, AppendError, Appended, Ledger, MockConversations, MockLedger, MockPeers, MockTimeline, NotAgreed,
    ProposedStep, RefusalText,
};
use handsel_domain::time::Timestamp;
use handsel_domain::timeline::{Draft, TimelinePage};
use handsel_domain::usecases::Agreement;
use handsel_domain::user::{Person, Username};
use pollster::block_on;

const OWNER: i64 = 1;
const RESPONDENT: i64 = 2;

fn id(user: i64) -> UserId {
    UserId::new(user).expect("an id")
}

fn person(user: i64) -> Person {
    Person::new(id(user), Username::parse(&format!("user{user}")).expect("a username"), "", "")
}

fn conversation() -> Conversation {
    Conversation::new("offer_1:2".parse().expect("a key"), id(OWNER)).expect("two people")
}

fn side(user: i64) -> Side {
    conversation().side_of(id(user)).expect("one of the two")
}

fn start() -> StepAction {
    StepAction::Start { note: None, terms: None }
}

/// The handshake after these steps, the first of them the conversation's fourth entry.
fn after(steps: &[(i64, StepAction)]) -> Option<Handshake> {
    steps.iter().zip(4..).fold(None, |current, ((user, action), seq)| {
        let seq = Seq::new(seq).expect("a seq");
        match decide(current, side(*user), &Step::new(action.clone()), seq, Timestamp::from_millis(0)) {
            Decision::Taken(handshake) => Some(handshake),
            other => panic!("{action:?} of {user} is no step of a story: {other:?}"),
        }
    })
}

/// What came of a step: the answer, what the ledger was asked, what was appended, and what the peer was told.
#[derive(Debug)]
struct Outcome {
    answer: Result<Appended, AppendError>,
    asked: Vec<ProposedStep>,
    appended: Vec<Step>,
    told: Vec<String>,
}

impl Outcome {
    fn keys(&self) -> Vec<String> {
        self.asked.iter().map(ProposedStep::key).collect()
    }

    fn code(&self) -> &'static str {
        self.answer.as_ref().err().map_or("none", AppendError::code)
    }
}

struct Noting {
    asked: Arc<Mutex<Vec<ProposedStep>>>,
    answers: Result<(), NotAgreed>,
}

#[async_trait::async_trait]
impl Ledger for Noting {
    async fn agree(&self, step: &ProposedStep) -> Result<(), NotAgreed> {
        self.asked.lock().expect("whole").push(step.clone());
        self.answers.clone()
    }
}

/// A conversation in which somebody has written, and its handshake.
#[derive(Clone)]
struct Written(Option<Handshake>);

fn takes(found: Option<Written>, user: i64, step: Step, answers: Result<(), NotAgreed>) -> Outcome {
    takes_between(Between::default(), found.clone(), found, user, step, answers)
}

/// Takes the step on a handshake that is found like this; `None` where nobody has written yet. What reaches the timeline
/// is answered with `unavailable`, so that it can be told from what is answered in front of it. `later` is what is found
/// after that.
fn takes_between(
    between: Between,
    found: Option<Written>,
    later: Option<Written>,
    user: i64,
    step: Step,
    answers: Result<(), NotAgreed>,
) -> Outcome {
    let (asked, appended, told) = <(Arc<Mutex<Vec<_>>>, Arc<Mutex<Vec<_>>>, Arc<Mutex<Vec<_>>>)>::default();
    let mut timeline = MockTimeline::new();
    let mut found = std::iter::once(found).chain(std::iter::repeat(later));
    timeline.expect_read().returning(move |_, _| {
        Ok(found.next().flatten().map(|Written(handshake)| TimelinePage {
            conversation: conversation(),
            entries: Vec::new(),
            head: handshake.as_ref().map_or(Head::from(Seq::FIRST), |handshake| handshake.version.into()),
            handshake,
        }))
    });
    let noted = Arc::clone(&appended);
    timeline.expect_append().returning(move |append| {
        let Draft::Step(step) = append.draft else { panic!("it was a step") };
        noted.lock().expect("whole").push(step);
        Err(Unavailable.into())
    });
    let mut conversations = MockConversations::new();
    conversations.expect_people().returning(|ids| Ok(ids.iter().rev().map(|id| person(id.get())).collect()));
    conversations.expect_between().returning(move |_| Ok(between));
    let (mut peers, heard) = (MockPeers::new(), Arc::clone(&told));
    peers.expect_objected().returning(move |objection| {
        let (actor, step, text) = (objection.actor, objection.step.name(), objection.refusal.as_str().to_owned());
        heard.lock().expect("whole").push(format!("{step} of {actor}: {text}"));
    });
    let ledger = Noting { asked: Arc::clone(&asked), answers };
    let agreement = Agreement::new(Arc::new(ledger), Arc::new(conversations), Arc::new(timeline), Arc::new(peers));
    let append = Append {
        conversation: conversation().key(),
        actor: Arc::new(person(user)),
        draft: Draft::Step(step),
        starts_per_day: 0,
    };
    let answer = block_on(agreement.append(append));
    let taken = |list: &Mutex<Vec<_>>| list.lock().expect("whole").drain(..).collect();
    let told = told.lock().expect("whole").drain(..).collect();
    let asked = asked.lock().expect("whole").drain(..).collect();
    Outcome { answer, asked, appended: taken(&appended), told }
}

#[test]
fn a_step_is_asked_about_and_appended_on_what_was_agreed_to() {
    let pending = after(&[(RESPONDENT, start())]);
    let outcome = takes(Some(Written(pending.clone())), OWNER, Step::new(StepAction::Approve), Ok(()));
    assert_eq!(outcome.keys(), ["offer_1:2#4/approve/4/1"]);
    assert_eq!((outcome.asked[0].owner.clone(), outcome.asked[0].respondent.clone()), (person(1), person(2)));
    assert_eq!(outcome.appended, [Step { action: StepAction::Approve, seen: Some(4) }]);
    let approved = after(&[(RESPONDENT, start()), (OWNER, StepAction::Approve)]);
    let outcome = takes(Some(Written(approved)), RESPONDENT, Step::new(StepAction::Cancel), Ok(()));
    assert_eq!(outcome.keys(), ["offer_1:2#4/cancel/5/2"]);
    assert_eq!(outcome.appended, [Step { action: StepAction::Cancel, seen: Some(5) }]);
}

#[test]
fn a_completion_is_the_same_one_after_the_others() {
    let approved = [(RESPONDENT, start()), (OWNER, StepAction::Approve)];
    let halfway = [approved.as_slice(), &[(OWNER, StepAction::Complete)]].concat();
    for (found, done) in [(after(&approved), vec![]), (after(&halfway), vec![OWNER])] {
        let outcome = takes(Some(Written(found)), RESPONDENT, Step::new(StepAction::Complete), Ok(()));
        assert_eq!(outcome.keys(), ["offer_1:2#4/complete/4/2"]);
        let by = outcome.asked[0].handshake.state.completed_by();
        let said: Vec<_> = [OWNER, RESPONDENT].into_iter().filter(|user| by.has(side(*user))).collect();
        assert_eq!(said, done);
    }
}

#[test]
fn what_would_not_be_taken_is_neither_asked_nor_appended() {
    let pending = [(RESPONDENT, start())];
    let approved = [pending.as_slice(), &[(OWNER, StepAction::Approve)]].concat();
    let stale = Step { action: StepAction::Approve, seen: Some(3) };
    for (found, user, step, expected) in [
        (after(&pending), RESPONDENT, Step::new(StepAction::Approve), "handshake_own"),
        (after(&pending), OWNER, Step::new(StepAction::Complete), "handshake_not_possible"),
        (after(&pending), OWNER, stale, "handshake_changed"),
        (after(&approved), OWNER, Step::new(StepAction::Approve), "none"),
        (None, OWNER, Step::new(StepAction::Cancel), "handshake_not_possible"),
    ] {
        let outcome = takes(Some(Written(found)), user, step, Ok(()));
        assert_eq!(outcome.code(), expected, "{outcome:?}");
        assert!(outcome.asked.is_empty() && outcome.appended.is_empty(), "{outcome:?}");
    }
}

#[test]
fn where_nothing_is_there_to_agree_to_nothing_is_taken_that_comes_meanwhile() {
    for action in [StepAction::Approve, StepAction::Cancel, StepAction::Complete] {
        let outcome = takes(None, OWNER, Step { action: action.clone(), seen: Some(1) }, Ok(()));
        assert_eq!(outcome.appended, [Step { action: action.clone(), seen: Some(0) }]);
        // The other one starts at that moment.
        let (step, at) = (&outcome.appended[0], Timestamp::from_millis(0));
        let decided = decide(after(&[(RESPONDENT, start())]), side(OWNER), step, Seq::new(5).expect("a seq"), at);
        assert!(matches!(decided, Decision::Refused { .. }), "{action:?}: {decided:?}");
    }
}

#[test]
fn a_refusal_is_told_to_both_and_nothing_is_appended() {
    let pending = after(&[(RESPONDENT, start())]);
    let refused = NotAgreed::Refused(RefusalText::new(Some("Bo has two hours left.")));
    let outcome = takes(Some(Written(pending.clone())), OWNER, Step::new(StepAction::Approve), Err(refused));
    match &outcome.answer {
        Err(AppendError::Objected { current: (_, handshake), .. }) => assert_eq!(Some(&**handshake), pending.as_ref()),
        other => panic!("expected an objection with the state, got {other:?}"),
    }
    assert_eq!(outcome.code(), "handshake_refused");
    assert_eq!(outcome.answer.expect_err("refused").to_string(), "Bo has two hours left.");
    assert_eq!(outcome.told, ["approve of 1: Bo has two hours left."]);
    assert!(outcome.appended.is_empty(), "{:?}", outcome.appended);
}

#[test]
fn a_refusal_shows_the_state_after_the_ledger_has_thought() {
    let pending = [(RESPONDENT, start())];
    let cancelled = after(&[pending.as_slice(), &[(RESPONDENT, StepAction::Cancel)]].concat());
    let (found, later) = (Some(Written(after(&pending))), Some(Written(cancelled.clone())));
    let refused = Err(NotAgreed::Refused(RefusalText::new(None)));
    let outcome = takes_between(Between::default(), found, later, OWNER, Step::new(StepAction::Approve), refused);
    match &outcome.answer {
        Err(AppendError::Objected { current: (_, handshake), .. }) => {
            assert_eq!(Some(&**handshake), cancelled.as_ref());
        }
        other => panic!("expected an objection with the state, got {other:?}"),
    }
}

#[test]
fn whoever_may_not_write_is_not_asked_about_and_the_timeline_says_why() {
    let pending = [(RESPONDENT, start())];
    let approved = [pending.as_slice(), &[(OWNER, StepAction::Approve)]].concat();
    let account = |account| Standing { account, blocks: false };
    let (suspended, erased) = (account(Account::Suspended), account(Account::Erased));
    let (fine, blocks) = (Standing::default(), Standing { blocks: true, ..Standing::default() });
    for (owner, respondent, steps, action, is_asked) in [
        (fine, suspended, pending.as_slice(), StepAction::Approve, false),
        (fine, suspended, &approved, StepAction::Complete, false),
        (fine, suspended, &approved, StepAction::Cancel, false),
        (suspended, fine, &pending, StepAction::Approve, false),
        (fine, erased, &pending, StepAction::Approve, false),
        (fine, erased, &approved, StepAction::Complete, false),
        (fine, erased, &approved, StepAction::Cancel, true),
        (blocks, fine, &approved, StepAction::Cancel, false),
        (fine, blocks, &approved, StepAction::Cancel, false),
        // What the diagram lacks is not what they are told of.
        (fine, suspended, &pending, StepAction::Complete, false),
    ] {
        let (between, found) = (Between { owner, respondent }, Some(Written(after(steps))));
        let outcome = takes_between(between, found.clone(), found, OWNER, Step::new(action.clone()), Ok(()));
        let seen = outcome.appended.first().and_then(|step| step.seen);
        let expected = if is_asked { (1, Some(5)) } else { (0, Some(0)) };
        assert_eq!((outcome.asked.len(), seen), expected, "{action:?} with {between:?}: {outcome:?}");
    }
}

#[test]
fn a_ledger_that_does_not_answer_is_unavailable_and_nothing_is_appended() {
    let pending = after(&[(RESPONDENT, start())]);
    let outcome = takes(Some(Written(pending)), OWNER, Step::new(StepAction::Approve), Err(Unavailable.into()));
    assert_eq!((outcome.code(), outcome.appended.len(), outcome.told.len()), ("unavailable", 0, 0));
}

#[test]
fn messages_proposals_and_declines_are_no_concern_of_the_ledger() {
    for (action, concerns) in [
        (start(), false),
        (StepAction::Decline, false),
        (StepAction::Approve, true),
        (StepAction::Cancel, true),
        (StepAction::Complete, true),
    ] {
        assert_eq!(Agreement::concerns(&Draft::Step(Step::new(action.clone()))), concerns, "{action:?}");
    }
    // A mock that is asked anything fails.
    let mut timeline = MockTimeline::new();
    timeline.expect_append().times(1).returning(|_| Err(Unavailable.into()));
    let (ledger, conversations, peers) = (MockLedger::new(), MockConversations::new(), MockPeers::new());
    let agreement = Agreement::new(Arc::new(ledger), Arc::new(conversations), Arc::new(timeline), Arc::new(peers));
    let body = handsel_domain::message::MessageBody::parse("hello").expect("a text");
    let draft = Draft::Message { body, client_message_id: None };
    let append =
        Append { conversation: conversation().key(), actor: Arc::new(person(OWNER)), draft, starts_per_day: 0 };
    assert!(block_on(agreement.append(append)).is_err());
}
