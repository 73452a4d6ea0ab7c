//! Two users of the site talk and shake hands through Handsel, and the site's hours move. Knows both by what they show.

use handsel_tests::django::{HandselBeside, Site, Visitor};
use handsel_tests::{Person, Server, Socket, Started, in_time};
use serde_json::json;
use tokio::time::{Duration, sleep};

use super::moving::runs;

/// Between two looks at a page that nothing announces.
const PAUSE: Duration = Duration::from_millis(50);

/// The two of the example's `demo`: ana offers a bike repair for 2 hours, bo needs help for 6. Each has 5.
struct Scene {
    handsel: Server,
    site: Site,
    ana: Visitor,
    bo: Visitor,
}

impl Scene {
    async fn begins(beside: HandselBeside) -> Self {
        let (handsel, site) = beside.starts().await;
        site.manages(&["demo"]).await;
        let (ana, bo) = (site.logs_in("ana").await, site.logs_in("bo").await);
        Self { handsel, site, ana, bo }
    }

    async fn people(&mut self) -> (Person, Person) {
        (self.ana.at_handsel(&self.handsel).await, self.bo.at_handsel(&self.handsel).await)
    }

    /// Bo writes about ana's offer, and both have a socket there.
    async fn talk(&mut self) -> (Socket, Socket) {
        let (ana, bo) = self.people().await;
        let mut of_bo = bo.opens("offer_1").await;
        of_bo.says("Could you mend my bike?").await;
        of_bo.hears_message("Could you mend my bike?").await;
        (ana.opens("offer_1").await, of_bo)
    }
}

/// Waits until the page of somebody's hours says that so many are to give, and so many held.
async fn has(visitor: &mut Visitor, available: &str, held: &str) {
    let expected = [format!("id=\"available\">{available}<"), format!("id=\"held\">{held}<")];
    let mut page = String::new();
    let shown = async {
        loop {
            page = visitor.sees("/hours/").await;
            if expected.iter().all(|part| page.contains(part)) {
                return;
            }
            sleep(PAUSE).await;
        }
    };
    let shown = tokio::time::timeout(handsel_tests::PATIENCE, shown).await;
    assert!(shown.is_ok(), "expected {expected:?} on the page of hours, saw {page}");
}

async fn both_hear(one: &mut Socket, other: &mut Socket, status: &str) {
    for socket in [one, other] {
        socket.hears_handshake(status).await;
    }
}

async fn shake_hands(of_ana: &mut Socket, of_bo: &mut Socket) {
    of_bo.sends(json!({"type": "handshake_start", "terms": {"hours": 2}})).await;
    both_hear(of_ana, of_bo, "pending").await;
    of_ana.sends(json!({"type": "handshake_approve"})).await;
    both_hear(of_ana, of_bo, "approved").await;
}

async fn complete(of_ana: &mut Socket, of_bo: &mut Socket) {
    of_ana.sends(json!({"type": "handshake_complete"})).await;
    both_hear(of_ana, of_bo, "approved").await;
    of_bo.sends(json!({"type": "handshake_complete"})).await;
    both_hear(of_ana, of_bo, "completed").await;
}

#[tokio::test]
async fn two_users_of_the_site_talk_and_shake_hands_and_the_hours_move() {
    let mut scene = Scene::begins(HandselBeside::fresh()).await;
    let (mut of_ana, mut of_bo) = scene.talk().await;
    of_ana.says("Gladly.").await;
    for socket in [&mut of_ana, &mut of_bo] {
        let message = socket.hears_message("Gladly.").await;
        assert_eq!(message["sender"]["full_name"], "Ana Ortega", "the site's own names");
    }
    shake_hands(&mut of_ana, &mut of_bo).await;
    has(&mut scene.bo, "3", "2").await;
    has(&mut scene.ana, "5", "0").await;
    complete(&mut of_ana, &mut of_bo).await;
    has(&mut scene.ana, "7", "0").await;
    has(&mut scene.bo, "3", "0").await;
}

#[tokio::test]
async fn a_site_that_had_its_people_before_tells_of_them_all_at_once() {
    let (handsel, site) = HandselBeside::fresh().starts().await;
    // Past all signals, as people who were there before.
    site.manages(&["seed_old_messages", "1", "--people", "2"]).await;
    let admin = site.admin_of(&handsel);
    admin.get("/api/admin/users/1/").await.is(404);
    let told = site.manages(&["handsel_sync"]).await;
    assert!(told.starts_with("4 told, 0 left"), "two people and two listings, saw {told}");
    for id in 1..=2 {
        let user = admin.get(&format!("/api/admin/users/{id}/")).await;
        assert_eq!(user.is(200)["first_name"], format!("Old {}", id - 1));
    }
}

#[tokio::test]
async fn after_handsel_moved_to_another_database_the_hours_move_as_before() {
    let mut scene = Scene::begins(HandselBeside::fresh()).await;
    let (mut of_ana, mut of_bo) = scene.talk().await;
    shake_hands(&mut of_ana, &mut of_bo).await;
    has(&mut scene.bo, "3", "2").await;
    let (ana, bo) = scene.people().await;

    let file = scene.site.file("all.ndjson");
    let before = scene.handsel.kill().await;
    runs(&before, &["export", Site::path(&file)]).await;
    let after = scene.site.has_beside(Started::fresh_file());
    runs(&after, &["import", Site::path(&file)]).await;
    let handsel = after.start().await;
    let site = scene.site.admin_of(&handsel);
    let (ana, bo) = (site.logs_in(ana.id).await, site.logs_in(bo.id).await);
    complete(&mut ana.opens("offer_1").await, &mut bo.opens("offer_1").await).await;
    has(&mut scene.ana, "7", "0").await;
    has(&mut scene.bo, "3", "0").await;
}

#[tokio::test]
async fn hours_that_are_held_are_given_back_where_it_comes_to_nothing() {
    let mut scene = Scene::begins(HandselBeside::fresh()).await;
    let (mut of_ana, mut of_bo) = scene.talk().await;
    shake_hands(&mut of_ana, &mut of_bo).await;
    has(&mut scene.bo, "3", "2").await;
    of_bo.sends(json!({"type": "handshake_cancel"})).await;
    both_hear(&mut of_ana, &mut of_bo, "cancelled").await;
    has(&mut scene.bo, "5", "0").await;
}

#[tokio::test]
async fn the_feed_does_what_webhooks_do() {
    let mut scene = Scene::begins(HandselBeside::fresh().without_webhooks()).await;
    let (mut of_ana, mut of_bo) = scene.talk().await;
    shake_hands(&mut of_ana, &mut of_bo).await;
    complete(&mut of_ana, &mut of_bo).await;
    // Asked by the hook, told by nobody yet.
    has(&mut scene.bo, "3", "2").await;
    let followed = async { while !scene.site.manages(&["handsel_follow", "--once"]).await.starts_with("0 ") {} };
    in_time("the feed to end", followed).await;
    has(&mut scene.ana, "7", "0").await;
    has(&mut scene.bo, "3", "0").await;
}

#[tokio::test]
async fn where_hours_are_too_few_both_sides_are_told_why() {
    let mut scene = Scene::begins(HandselBeside::fresh()).await;
    let (ana, bo) = scene.people().await;
    let (mut of_ana, _) = ana.opens_by_v1("need_1").await;
    of_ana.says("I have a van.").await;
    of_ana.hears_message("I have a van.").await;
    of_ana.sends(json!({"type": "handshake_start"})).await;
    of_ana.hears_handshake("pending").await;
    let (mut of_bo, _) = bo.opens_by_v1("need_1").await;
    let presence = of_ana.hears().await;
    assert_eq!(presence["type"], "presence", "saw {presence}");
    of_bo.sends(json!({"type": "handshake_approve"})).await;
    let words = "Bo Lind has 5 hours, 6 are needed";
    assert_eq!(of_bo.hears_error("handshake_refused").await["message"], words);
    let told = of_ana.hears().await;
    assert_eq!((&told["type"], &told["refused"]["message"]), (&json!("refused"), &json!(words)), "saw {told}");
    has(&mut scene.bo, "5", "0").await;
}

#[tokio::test]
async fn a_log_out_at_the_site_closes_the_sockets() {
    let mut scene = Scene::begins(HandselBeside::fresh()).await;
    let (_, mut of_bo) = scene.talk().await;
    scene.bo.logs_out().await;
    of_bo.hears_close(4001, "token_revoked").await;
    scene.bo.sends("/handsel/token/", &[]).await.is(302);
}

#[tokio::test]
async fn a_new_password_closes_the_sockets_of_the_old_one() {
    let mut scene = Scene::begins(HandselBeside::fresh()).await;
    let (_, mut of_bo) = scene.talk().await;
    let old = scene.bo.token().await;
    let new = [("old_password", "handsel-demo"), ("new_password1", "another-1"), ("new_password2", "another-1")];
    scene.bo.sends("/accounts/password_change/", &new).await.is(302);
    of_bo.hears_close(4001, "token_revoked").await;
    // Where it was changed bo is still logged in.
    let granted = scene.bo.sends("/handsel/token/", &[("refused", &old)]).await;
    assert_ne!(granted.is(200)["token"], old, "a new token");
}

#[tokio::test]
async fn the_site_s_admin_lists_what_was_written_and_changes_nothing() {
    let mut scene = Scene::begins(HandselBeside::fresh()).await;
    let (mut of_ana, mut of_bo) = scene.talk().await;
    shake_hands(&mut of_ana, &mut of_bo).await;
    for (table, shown) in [
        ("handselmessage", "Could you mend my bike?"),
        ("handselhandshake", "offer_1:2#2"),
        ("handselconversation", "offer_1:2"),
        ("handsellisting", "Bike repair"),
        ("handseluser", "Ortega"),
    ] {
        let page = scene.ana.sees(&format!("/admin/handsel/{table}/")).await;
        assert!(page.contains(shown), "expected {shown:?} in the admin's {table}, saw {page}");
        scene.ana.opens(&format!("/admin/handsel/{table}/add/")).await.is(403);
    }
    let message = scene.ana.sees("/admin/handsel/handselmessage/?q=offer_1:2").await;
    assert!(message.contains("1 message"), "a search by conversation, saw {message}");
    scene.bo.opens("/admin/handsel/handselmessage/").await.is(302);
}
