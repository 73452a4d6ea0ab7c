//! `handsel token …`: what an operator does with tokens. Knows nothing of sockets: the servers close those.

use super::{find_user, open};
use crate::cli::TokenCommand;

pub(super) async fn run(command: TokenCommand) -> anyhow::Result<()> {
    match command {
        TokenCommand::Issue { user, common } => {
            let opened = open(common).await?;
            let user = find_user(&opened.app, &user).await?;
            let grant = opened.app.accounts.issue(user).await?;
            // Alone on its line, so that a script can take it.
            println!("{}", grant.token.reveal());
            opened.close().await;
        }
        TokenCommand::Revoke { user, common } => {
            let opened = open(common).await?;
            let user = find_user(&opened.app, &user).await?;
            let revoked = opened.app.accounts.revoke_all(user.person.id).await?;
            println!("Revoked {revoked} tokens of {}.", user.person.username.as_str());
            opened.close().await;
        }
    }
    Ok(())
}
