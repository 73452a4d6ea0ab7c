//! Two people, an offer and a need, to try Handsel with. Knows nothing of how it is served.

use handsel_domain::listing::{Description, Listing, ListingKind, Title};
use handsel_domain::password::Password;
use handsel_domain::usecases::{Accounts, Registration};
use handsel_domain::user::{Name, User, Username};

use crate::app::App;
use crate::config::Surface;

/// The password of both; it is printed, and worth nothing anywhere else.
const DEMO_PASSWORD: &str = "handsel-demo";

/// The demo's people and what they have published.
pub(crate) struct Demo {
    ada: User,
    bo: User,
    offer: Listing,
    need: Listing,
}

/// Fills an empty database, or recognises one that was filled so before; leaves any other as it is.
pub(crate) async fn prepare(app: &App) -> anyhow::Result<Demo> {
    match app.accounts.page(None, 1).await?.first() {
        None => fill(app).await,
        Some(_) => recognise(app).await,
    }
}

/// Prints how to talk as either, at an address that can be connected to, with its path prefix.
pub(crate) async fn announce(demo: Demo, app: &App, address: &str, surface: Surface, page: bool) -> anyhow::Result<()> {
    let conversation = demo.offer.listing;
    println!();
    if page && surface.websocket {
        println!("Open http://{address}/ in two browser windows, and log in as ada in one and as bo in the other.");
    }
    println!("This is a demo: ada offers {:?}, bo needs {:?}.", demo.offer.title.as_str(), demo.need.title.as_str());
    println!("Both log in with the password {DEMO_PASSWORD:?}.");
    if !surface.websocket {
        println!("This process serves no sockets (--no-websocket); to talk about {conversation}, start another one.");
        return Ok(());
    }
    println!("To talk about {conversation}, paste each line into a terminal of its own:");
    println!();
    for user in [demo.bo, demo.ada] {
        let grant = app.accounts.issue(user).await?;
        let name = grant.user.person.username.as_str();
        println!("  # as {name}");
        println!("  wscat -c \"ws://{address}/ws/chat/{conversation}/?token={}\"", grant.token.reveal());
    }
    println!();
    println!(
        "bo begins, since ada's offer has nobody to answer before: {{\"type\": \"message\", \"content\": \"Hello!\"}}"
    );
    println!(
        "Then {{\"type\": \"handshake_start\"}} on one side and {{\"type\": \"handshake_approve\"}} on the other."
    );
    Ok(())
}

async fn fill(app: &App) -> anyhow::Result<Demo> {
    let ada = register(&app.accounts, "ada", "Ada", "Lovelace").await?;
    let bo = register(&app.accounts, "bo", "Bo", "Diddley").await?;
    let offer =
        publish(app, &ada, ListingKind::Offer, "Bike repair", "Brakes, gears and punctures, Saturdays in my yard.")
            .await?;
    let need =
        publish(app, &bo, ListingKind::Need, "Help with moving", "A sofa and ten boxes, two streets away.").await?;
    Ok(Demo { ada, bo, offer, need })
}

async fn register(accounts: &Accounts, username: &str, first: &str, last: &str) -> anyhow::Result<User> {
    let registration = Registration {
        // `bo` is shorter than the rule for people's own choice of a name allows.
        username: Username::from_trusted(username.to_owned()),
        password: Password::parse(DEMO_PASSWORD)?,
        first_name: Name::parse(first)?,
        last_name: Name::parse(last)?,
    };
    Ok(accounts.register(registration).await?)
}

async fn publish(
    app: &App,
    owner: &User,
    kind: ListingKind,
    title: &str,
    description: &str,
) -> anyhow::Result<Listing> {
    Ok(app.market.publish(owner.person.id, kind, Title::parse(title)?, Description::parse(description)?).await?)
}

/// Only people who have the demo's own password are the demo's people: nobody else is spoken for.
async fn recognise(app: &App) -> anyhow::Result<Demo> {
    let foreign = || {
        anyhow::anyhow!(
            "--demo fills an empty database, and this one has users of its own; name another with --database-url sqlite://demo.db"
        )
    };
    let [ada, bo] = ["ada", "bo"].map(|username| app.accounts.log_in(username, DEMO_PASSWORD));
    let (ada, bo) = (ada.await.map_err(|_| foreign())?.user, bo.await.map_err(|_| foreign())?.user);
    let offers = app.market.browse(ListingKind::Offer, None, 100).await?;
    let needs = app.market.browse(ListingKind::Need, None, 100).await?;
    let first_of = |listings: Vec<Listing>, owner: &User| {
        listings.into_iter().rfind(|listing| listing.owner.id == owner.person.id).ok_or_else(foreign)
    };
    Ok(Demo { offer: first_of(offers, &ada)?, need: first_of(needs, &bo)?, ada, bo })
}
