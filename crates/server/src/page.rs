//! The page that the server shows at `/`: which files it consists of. Knows nothing of what is in them.
//!
//! - `asset`: one file, ready to be sent; `comments`: what is not sent of it; `negotiation`: in which form, if at all;
//!   `headers`: what a browser may do with it.

mod asset;
mod comments;
mod headers;
mod negotiation;
#[cfg(test)]
mod tests;

pub(crate) use asset::Asset;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rust_embed::Embed;

use crate::config::IdentitySource;

/// The document, by its path in `frontend/`.
const DOCUMENT: &str = "index.html";

/// Where the document says whose the users are, if that is a site.
const ROOT: (&str, &str) = ("<html ", "<html data-identity=\"external\" ");

/// What of `frontend/` belongs to the page. A release has it inside; a debug build reads it from the workspace that it
/// was built in.
#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../frontend"]
#[include = "index.html"]
#[include = "style.css"]
#[include = "icon.svg"]
#[include = "src/**/*.js"]
struct Files;

/// The page's files, found by the path of a request.
pub enum Page {
    /// Read and compressed once.
    Kept(HashMap<String, Arc<Asset>>),
    /// Read at each request, so that a reload shows a change; compressed again only where there is one. Of a file that
    /// nobody has asked for there is only the name.
    ReadAnew(IdentitySource, Mutex<HashMap<String, Option<Seen>>>),
}

/// A file as it was when it was last asked for.
pub struct Seen {
    file: Cow<'static, [u8]>,
    asset: Arc<Asset>,
}

impl Page {
    /// The page of this build, for users who are whose.
    pub fn new(users: IdentitySource) -> Self {
        if cfg!(debug_assertions) { Self::ReadAnew(users, Mutex::default()) } else { Self::kept(users) }
    }

    fn kept(users: IdentitySource) -> Self {
        let read = |path: String| Some((path.clone(), Arc::new(Asset::new(&path, read(&path, users)?))));
        Self::Kept(paths().filter_map(read).collect())
    }

    /// The file at that path of a URL, as it came: none of their names needs percent-encoding.
    ///
    /// A path is compared with the names of the files that there are, and only such a name reaches the file system.
    pub(crate) fn find(&self, path: &str) -> Option<Arc<Asset>> {
        let name = match path.strip_prefix('/')? {
            "" => DOCUMENT,
            name => name,
        };
        match self {
            Self::Kept(assets) => assets.get(name).cloned(),
            Self::ReadAnew(users, seen) => {
                read_anew(&mut seen.lock().unwrap_or_else(PoisonError::into_inner), name, *users)
            }
        }
    }
}

fn paths() -> impl Iterator<Item = String> {
    Files::iter().map(|path| path.into_owned())
}

fn read_anew(seen: &mut HashMap<String, Option<Seen>>, name: &str, users: IdentitySource) -> Option<Arc<Asset>> {
    // All that is beside the files is walked through for their names, which takes longer than to send one: it is done
    // for a name that is new, not for each of them.
    if !seen.contains_key(name) {
        for path in paths() {
            seen.entry(path).or_default();
        }
    }
    let known = seen.get_mut(name)?;
    let file = read(name, users)?;
    if let Some(Seen { asset, .. }) = known.as_ref().filter(|known| known.file == file) {
        return Some(Arc::clone(asset));
    }
    let asset = Arc::new(Asset::new(name, file.clone()));
    *known = Some(Seen { file, asset: Arc::clone(&asset) });
    Some(asset)
}

fn read(path: &str, users: IdentitySource) -> Option<Cow<'static, [u8]>> {
    let file = Files::get(path)?.data;
    match (users, str::from_utf8(&file)) {
        (IdentitySource::External, Ok(document)) if path == DOCUMENT => {
            Some(Cow::Owned(document.replacen(ROOT.0, ROOT.1, 1).into_bytes()))
        }
        _ => Some(file),
    }
}
