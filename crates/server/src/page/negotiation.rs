//! What a request says about the form of its answer: `Accept-Encoding` and `If-None-Match`, by RFC 9110. Knows nothing
//! of files.

use hyper::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, IF_NONE_MATCH};

/// A content coding by which a file can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    /// Which browsers ask for over https and of their own machine.
    Brotli,
}

impl Coding {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// By which names a client asks for it.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Identity => &["identity"],
            Self::Gzip => &["gzip", "x-gzip"],
            Self::Brotli => &["br"],
        }
    }
}

/// The most welcome form that is no less welcome than an uncoded one; of several, the first (section 12.5.3).
pub(super) fn preferred<'a, T>(headers: &HeaderMap, forms: &'a [T], coding: impl Fn(&T) -> Coding) -> Option<&'a T> {
    let weight_of = |names: &[&str]| {
        let named = |element: &str| {
            let (name, weight) = weighted(element);
            names.iter().any(|known| name.eq_ignore_ascii_case(known)).then_some(weight)
        };
        elements(headers, ACCEPT_ENCODING).find_map(named)
    };
    // What is not named is acceptable, too, but nobody has asked for it.
    let mut most = weight_of(Coding::Identity.names()).unwrap_or(0.0);
    let mut chosen = None;
    for form in forms {
        let weight = weight_of(coding(form).names()).or_else(|| weight_of(&["*"])).unwrap_or(0.0);
        if weight > most || (chosen.is_none() && weight > 0.0 && weight >= most) {
            (most, chosen) = (weight, Some(form));
        }
    }
    chosen
}

/// Whether the client has what this tag stands for (section 13.1.2). The comparison is the weak one: a proxy that
/// changes the encoding on its way makes our tags weak.
pub(super) fn knows(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    // Cut at each comma: one inside of somebody else's tag makes parts that lack a quote, and so equal none of ours.
    elements(headers, IF_NONE_MATCH)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes())
}

/// The elements of a header that is a list, in all of its lines.
fn elements(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|element| !element.is_empty())
}

/// `gzip;q=0.5` as name and weight. What is no weight is taken for the refusal that it may be meant as.
fn weighted(element: &str) -> (&str, f32) {
    let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
    let weight = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().unwrap_or(0.0))
    });
    (name.trim_end(), weight.unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (name.clone(), HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn each_is_sent_what_is_most_welcome() {
        use Coding::{Brotli, Gzip};
        for (lines, expected) in [
            ([].as_slice(), None),
            (&[""], None),
            (&["gzip"], Some(Gzip)),
            (&["gzip, deflate, br, zstd"], Some(Brotli)),
            (&["gzip, deflate"], Some(Gzip)),
            (&["br;q=0.5, gzip;q=0.6"], Some(Gzip)),
            (&["br;q=0", "GZIP;q=0.001"], Some(Gzip)),
            (&["x-gzip"], Some(Gzip)),
            (&["*"], Some(Brotli)),
            (&["br;q=0.05, *;q=0.1"], Some(Gzip)),
            (&["identity;q=0.5, gzip; q=0.5"], Some(Gzip)),
            (&["identity;q=0.5, br; q=0.5, gzip"], Some(Gzip)),
            (&["gzip;q=0"], None),
            (&["gzip ; Q=0.000"], None),
            (&["*, br;q=0"], Some(Gzip)),
            (&["*, gzip;q=0, br;q=0"], None),
            (&["*;q=0"], None),
            (&["identity"], None),
            (&["identity;q=1, gzip;q=0.5, br;q=0.9"], None),
            (&["zstd, deflate"], None),
            (&["gzip;q=much"], None),
            (&["gzip;q=NaN"], None),
            (&["gzipped, notgzip, brr"], None),
        ] {
            let chosen = preferred(&with(&ACCEPT_ENCODING, lines), &[Brotli, Gzip], |coding| *coding);
            assert_eq!(chosen.copied(), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_tag_is_known_in_a_list_in_its_weak_form_and_by_a_star() {
        let tag = HeaderValue::from_static("\"abc-gzip\"");
        for (lines, expected) in [
            ([].as_slice(), false),
            (&["\"abc-gzip\""], true),
            (&["W/\"abc-gzip\""], true),
            (&["\"x\", W/\"y,z\" ,\"abc-gzip\""], true),
            (&["\"x\"", "\"abc-gzip\""], true),
            (&["*"], true),
            (&["\"abc\""], false),
            (&["abc-gzip"], false),
            (&["w/\"abc-gzip\""], false),
            (&["\"x,abc-gzip\""], false),
            (&["\"*\""], false),
        ] {
            assert_eq!(knows(&with(&IF_NONE_MATCH, lines), &tag), expected, "{lines:?}");
        }
    }
}
