//! The site's pages in a real Chromium: people talk, agree and are refused as its README has it. Knows the pages by what
//! people see on them.

use handsel_tests::browser::{Browser, Key, Visitor};
use handsel_tests::django::{HandselBeside, Site};
use handsel_tests::in_time;

async fn logged_in(site: &Site, username: &str) -> Visitor {
    let visitor = Visitor { page: Browser::starts().await, address: site.address().to_owned() };
    visitor.opens("accounts/login/").await;
    visitor.fills("Username:", username).await;
    visitor.fills("Password:", "handsel-demo").await;
    visitor.presses("Log in").await;
    visitor.may_press("Log out").await;
    visitor
}

async fn writes(visitor: &Visitor, text: &str) {
    visitor.fills("Your message", text).await;
    visitor.presses("Send").await;
}

async fn both_see(ana: &Visitor, bo: &Visitor, text: &str) {
    ana.sees(text).await;
    bo.sees(text).await;
}

/// Waits until the page of somebody's hours says that so many are to give, and so many held; leaves it.
async fn has(person: &Visitor, available: &str, held: &str) {
    let hours = person.beside().await;
    let expected = [format!("To give: {available}"), format!("Held: {held}")];
    let shown = async {
        loop {
            hours.opens("hours/").await;
            let text = hours.page.text().await;
            if expected.iter().all(|part| text.lines().any(|line| line == part)) {
                return;
            }
        }
    };
    in_time(format!("{expected:?} on the page of hours"), shown).await;
    hours.page.closes().await;
}

/// The session of the new password is on its way while sockets of the old one close.
#[tokio::test]
async fn a_new_password_leaves_the_other_windows_of_the_same_browser_logged_in() {
    let (_handsel, site) = HandselBeside::fresh().starts().await;
    site.manages(&["demo"]).await;
    let bo = logged_in(&site, "bo").await;
    bo.follows("Bike repair").await;
    writes(&bo, "Could you mend my bike?").await;
    bo.sees("Bo Lind: Could you mend my bike?").await;
    let window = bo.beside().await;
    window.page.expects("/favicon.ico");
    window.opens("accounts/password_change/").await;
    for (label, password) in
        [("Old password:", "handsel-demo"), ("New password:", "another-1"), ("New password confirmation:", "another-1")]
    {
        window.fills(label, password).await;
    }
    window.page.presses(Key::Enter).await;
    window.sees("Password change successful").await;
    writes(&bo, "Still here.").await;
    bo.sees("Bo Lind: Still here.").await;
    window.opens("").await;
    window.may_press("Log out").await;
    bo.leaves().await;
}

#[tokio::test]
async fn the_readme_s_ten_minutes_go_as_it_says() {
    let (_handsel, site) = HandselBeside::fresh().starts().await;
    site.manages(&["demo"]).await;
    let (ana, bo) = (logged_in(&site, "ana").await, logged_in(&site, "bo").await);

    bo.follows("Bike repair").await;
    writes(&bo, "Could you mend my bike?").await;
    bo.sees("Bo Lind: Could you mend my bike?").await;
    ana.follows("Bike repair").await;
    ana.follows("Bo Lind").await;
    ana.sees("Bo Lind: Could you mend my bike?").await;
    writes(&ana, "Gladly.").await;
    both_see(&ana, &bo, "Ana Ortega: Gladly.").await;

    bo.presses("Shake hands").await;
    ana.presses("Agree").await;
    both_see(&ana, &bo, "Handshake approved (2 h)").await;
    has(&bo, "3", "2").await;
    ana.presses("It is done").await;
    bo.presses("It is done").await;
    both_see(&ana, &bo, "Handshake completed (2 h)").await;
    has(&ana, "7", "0").await;

    ana.opens("needs/1/").await;
    writes(&ana, "I have a van.").await;
    ana.sees("Ana Ortega: I have a van.").await;
    ana.presses("Shake hands").await;
    bo.opens("needs/1/").await;
    bo.follows("Ana Ortega").await;
    bo.presses("Agree").await;
    for visitor in [&ana, &bo] {
        visitor.is_told("Bo Lind has 3 hours, 6 are needed").await;
    }

    let window = bo.beside().await;
    window.opens("offers/1/").await;
    window.sees("Ana Ortega: Gladly.").await;
    bo.presses("Log out").await;
    window.is_told("Not connected").await;

    // Django's own pages have no icon.
    ana.page.expects("/favicon.ico");
    for (table, shown) in
        [("Messages", "Could you mend my bike?"), ("Handshakes", "offer_1:2#"), ("Conversations", "offer_1:2")]
    {
        ana.opens("admin/").await;
        ana.follows(table).await;
        ana.sees(shown).await;
    }
    ana.opens("messages/").await;
    ana.chooses("offer_1:2").await;
    ana.reads("Could you mend my bike?").await;
    ana.leaves().await;
    bo.leaves().await;
}
