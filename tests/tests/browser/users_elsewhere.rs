//! A site has the users: the page says that people log in there, and has no form that could only be refused.

use handsel_tests::Started;
use handsel_tests::browser::Visitor;
use serde_json::json;

#[tokio::test]
async fn who_comes_to_the_page_is_told_to_log_in_at_the_site() {
    let server = Started::fresh().with_admin().with(&["--identity", "external"]).start().await;
    let visitor = Visitor::comes_to(&server.address).await;
    for route in ["", "#/register", "#/log-in", "#/messages/offer_1:2"] {
        visitor.opens(route).await;
        visitor.is_told("People log in at the site that this belongs to.").await;
        let fields = visitor.page.runs("return shownAll('input, form, main button').length", json!(null)).await;
        assert_eq!(fields, json!(0), "{route}: nothing to be filled in");
    }
    visitor.page.is_accessible("where the users are a site's").await;
    visitor.leaves().await;
}
