//! A certificate for a server on this machine, and the authority that vouches for it, made by openssl. Knows nothing of
//! which server.

use std::path::Path;
use std::process::Command;

use crate::unprivileged;

/// The authority's certificate, for those who are to trust it.
pub(crate) const AUTHORITY: &str = "authority.pem";
/// The server's certificate. It names `localhost`, and no address.
pub(crate) const SERVER: &str = "server.pem";
/// The server's key.
pub(crate) const SERVER_KEY: &str = "server.key";

/// Makes these files in a directory that the server owns.
pub(crate) fn make(directory: &Path) {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    let authority = ["-subj", "/CN=authority of a test", "-addext", "keyUsage=keyCertSign"];
    openssl(directory, &[&["-x509", "-keyout", "authority.key", "-out", AUTHORITY], &key[..], &authority].concat());
    let signed = ["-CA", AUTHORITY, "-CAkey", "authority.key", "-subj", "/CN=localhost"];
    let named = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
    openssl(directory, &[&["-x509", "-keyout", SERVER_KEY, "-out", SERVER], &key[..], &signed, &named].concat());
    for file in [SERVER, SERVER_KEY] {
        unprivileged::hand_over(&directory.join(file));
    }
}

fn openssl(directory: &Path, arguments: &[&str]) {
    let made = Command::new("openssl").arg("req").args(arguments).current_dir(directory).output();
    let made = made.expect("there is the program openssl; `cargo xtask test` installs it");
    assert!(made.status.success(), "openssl: {}", String::from_utf8_lossy(&made.stderr));
}
