//! What a browser may do with the page, whatever gets into it. Knows nothing of its files.

use hyper::header::{CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY};

/// The Content-Security-Policy of every file of the page.
pub(super) const POLICY: &str = concat!(
    // Nothing is allowed but what is named here: no frames, fonts, workers, media, plug-ins.
    "default-src 'none'; ",
    // Files of this server, and neither `<script>…</script>` nor `onclick=` nor `eval`.
    "script-src 'self'; ",
    // The stylesheet, and neither `<style>` nor `style=`.
    "style-src 'self'; ",
    // The icon. What people write shows no pictures, so that nobody learns who has read it.
    "img-src 'self'; ",
    // The API and, by CSP 3, `ws:` and `wss:` of the same host and port. Safari has that since 16, from before which it
    // lacks what the modules are written in as well; naming the host would trust a header or need a setting.
    "connect-src 'self'; ",
    // A site that takes the page over may add a manifest.
    "manifest-src 'self'; ",
    // No `<base>` may turn the page's relative URLs elsewhere.
    "base-uri 'none'; ",
    // Forms are answered by scripts: one that got in cannot send a password anywhere.
    "form-action 'none'; ",
    // No other page may show this one in a frame and have its buttons clicked.
    "frame-ancestors 'none'; ",
    // Text never becomes HTML or script: `innerHTML` and its kin throw …
    "require-trusted-types-for 'script'; ",
    // … and no script can make a type that would be trusted.
    "trusted-types 'none'",
);

/// The headers that keep others from the page and the page from others.
pub(super) fn protecting() -> [(HeaderName, HeaderValue); 4] {
    [
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        // A link that somebody wrote does not tell where it was read.
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        // No window that opened this one, or was opened by it, can reach it.
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        // No page of another origin can load it without being allowed to.
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ]
}
