//! `handsel token …`: what an operator does with tokens. Knows nothing of sockets: the server finds what is revoked.

use super::{find_user, open};
use crate::cli::TokenCommand;

pub(super) async fn run(command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Issue { user, common } => {
            let (app, _) = open(common).await?;
            let user = find_user(&app, &user).await?;
            let grant = app.accounts.issue(user).await?;
            // Alone on its line, so that a script can take it.
            println!("{}", grant.token.reveal());
            app.close().await;
        }
        TokenCommand::Revoke { user, common } => {
            let (app, _) = open(common).await?;
            let user = find_user(&app, &user).await?;
            let revoked = app.accounts.revoke_all(user.person.id).await?;
            println!("Revoked {revoked} tokens of {}.", user.person.username.as_str());
            app.close().await;
        }
    }
    Ok(())
}
