//! `handsel user …`. Passwords are asked for or read from standard input, never taken from the command line, where
//! every process of the machine could read them. Knows nothing of how they are hashed.
//!
//! - `export`: all that is held about one person.

mod export;

use std::io::{BufRead, IsTerminal};

use anyhow::Context;
use handsel_domain::ids::UserId;
use handsel_domain::password::Password;
use handsel_domain::ports::{Erased, Operator};
use handsel_domain::usecases::Registration;
use handsel_domain::user::{Name, Username};
use handsel_transport::frames::rfc3339;

use super::{find_user, open};
use crate::app::App;
use crate::cli::{UserCommand, WhichUser};

/// Users that are listed by one query.
const USERS_PER_PAGE: u32 = 500;

pub(super) async fn run(command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add { username, first_name, last_name, common } => {
            let username = Username::parse(&username)?;
            let (first_name, last_name) = (Name::parse(&first_name)?, Name::parse(&last_name)?);
            let opened = open(common).await?;
            let password = read_password()?;
            let user = opened.app.accounts.register(Registration { username, password, first_name, last_name }).await?;
            println!("Added user {} with id {}.", user.person.username.as_str(), user.person.id);
            opened.close().await;
        }
        UserCommand::List(common) => {
            let opened = open(common).await?;
            let mut after = None;
            loop {
                let users = opened.app.accounts.page(after, USERS_PER_PAGE).await?;
                for user in &users {
                    println!(
                        "{}\t{}\t{}\t{}",
                        user.person.id,
                        user.person.username.as_str(),
                        user.person.full_name,
                        rfc3339(user.created_at)
                    );
                }
                match users.last() {
                    Some(last) => after = Some(last.person.id),
                    None => break,
                }
            }
            opened.close().await;
        }
        UserCommand::Suspend(which) => suspend(which, true).await?,
        UserCommand::Unsuspend(which) => suspend(which, false).await?,
        UserCommand::Erase { whom: WhichUser { user, common }, messages } => {
            let opened = open(common).await?;
            let id = find_id(&opened.app, &user).await?;
            // The name is anybody's from the first step on: asking again must not mean somebody else.
            println!(
                "Erasing user {id}. If this ends early, go on by the id: handsel user erase id:{id} --messages {}",
                messages.name()
            );
            let erased = opened.app.moderation.erase(&by_command(), id, messages).await?;
            let Erased { redacted, conversations } = erased.with_context(|| nobody(&user))?;
            println!("Erased user {id}: {redacted} messages redacted now, in {conversations} conversations.");
            opened.close().await;
        }
        UserCommand::Export { whom, file } => export::run(whom, &file).await?,
        UserCommand::SetPassword { username, common } => {
            let opened = open(common).await?;
            let user = find_user(&opened.app, &username).await?;
            let password = read_password()?;
            opened.app.accounts.set_password(user.person.id, password).await?;
            println!("{} has a new password; all tokens are revoked.", user.person.username.as_str());
            opened.close().await;
        }
    }
    Ok(())
}

async fn suspend(WhichUser { user, common }: WhichUser, suspended: bool) -> anyhow::Result<()> {
    let opened = open(common).await?;
    let id = find_id(&opened.app, &user).await?;
    let found = opened.app.moderation.suspend(&by_command(), id, suspended).await?;
    let name = found.with_context(|| nobody(&user))?.person.username;
    println!("{} is {}.", name.as_str(), if suspended { "suspended" } else { "no longer suspended" });
    opened.close().await;
    Ok(())
}

/// Who is written down: somebody who can reach the database needs no key.
fn by_command() -> Operator {
    Operator { key: "command".to_owned(), on_behalf_of: None }
}

/// By name; or by id, since whoever was erased has no name any more.
async fn find_id(app: &App, user: &str) -> anyhow::Result<UserId> {
    match user.strip_prefix("id:") {
        Some(id) => Ok(id.parse()?),
        None => Ok(app.accounts.by_username(user).await?.with_context(|| nobody(user))?.person.id),
    }
}

/// Where nobody has that name. Whoever knows the id is likely to try it as it is.
fn nobody(user: &str) -> String {
    let by_id = user.parse::<UserId>().map_or_else(|_| String::new(), |id| format!("; by the id it is id:{id}"));
    format!("there is no user {user:?}{by_id}; `handsel user list` shows them all")
}

fn read_password() -> anyhow::Result<Password> {
    let stdin = std::io::stdin();
    let text = if stdin.is_terminal() {
        let first = rpassword::prompt_password("Password: ").context("the password cannot be read")?;
        anyhow::ensure!(rpassword::prompt_password("Again: ")? == first, "the two passwords differ");
        first
    } else {
        let mut line = String::new();
        stdin.lock().read_line(&mut line).context("the password cannot be read from standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    Ok(Password::parse(&text)?)
}
