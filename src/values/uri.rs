//! URIs, split by the regular expression of RFC 3986, appendix B.

use super::tld;

/// The components. Only the path is always there; it may be empty.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uri<'a> {
    pub(crate) scheme: Option<&'a [u8]>,
    pub(crate) authority: Option<&'a [u8]>,
    pub(crate) path: &'a [u8],
    pub(crate) query: Option<&'a [u8]>,
    pub(crate) fragment: Option<&'a [u8]>,
}

impl<'a> Uri<'a> {
    /// Every text can be taken apart.
    pub(crate) fn split(text: &'a [u8]) -> Self {
        let (scheme, rest) = split_scheme(text);
        let (authority, rest) = match rest {
            [b'/', b'/', rest @ ..] => {
                let (authority, rest) = split_before(rest, b"/?#");
                (Some(authority), rest)
            }
            _ => (None, rest),
        };
        let (path, rest) = split_before(rest, b"?#");
        let (query, rest) = match rest {
            [b'?', rest @ ..] => {
                let (query, rest) = split_before(rest, b"#");
                (Some(query), rest)
            }
            _ => (None, rest),
        };
        let fragment = rest.split_first().map(|(_, fragment)| fragment);
        Self {
            scheme,
            authority,
            path,
            query,
            fragment,
        }
    }
}

/// Whether a text is a URI: whether it begins with a scheme.
pub(crate) fn is_uri(text: &[u8]) -> bool {
    split_scheme(text).0.is_some()
}

/// Whether a person would take a text for an address: it has a scheme and an authority (`https://...`), or one of the
/// schemes without an authority that people meet, or it begins with `www.`, or it is a host in a known top-level domain
/// with a path. Names with dots or colons in them are none: `README.md`, `com.acme.app`, `GO:0008150`, `localhost:8080`,
/// `Note: hello`.
pub(crate) fn is_plainly_address(text: &[u8]) -> bool {
    if text
        .iter()
        .any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
    {
        return false;
    }
    match split_scheme(text) {
        // One letter is a drive of Windows.
        (Some(scheme), rest) if is_scheme(scheme) && scheme.len() > 1 => match rest {
            [b'/', b'/', rest @ ..] => !rest.is_empty(),
            _ => is_known_scheme(scheme) && !rest.is_empty(),
        },
        (Some(_), _) => false,
        (None, _) => {
            let is_www = text.len() > 4 && text[..4].eq_ignore_ascii_case(b"www.");
            let (host, rest) = split_before(text, b"/?#");
            let has_path =
                rest.first() == Some(&b'/') && host.iter().any(|byte| !matches!(byte, b'0'..=b'9' | b'.'));
            (is_www || has_path) && from_web_address(text).is_some()
        }
    }
}

fn is_scheme(scheme: &[u8]) -> bool {
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte))
}

/// The schemes of the IANA's list without an authority that stand in people's tables.
fn is_known_scheme(scheme: &[u8]) -> bool {
    const SCHEMES: [&str; 21] = [
        "about",
        "bitcoin",
        "blob",
        "callto",
        "cid",
        "data",
        "doi",
        "geo",
        "info",
        "javascript",
        "magnet",
        "mailto",
        "mid",
        "news",
        "sip",
        "sips",
        "skype",
        "sms",
        "tel",
        "urn",
        "xmpp",
    ];
    SCHEMES
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()))
}

/// A web address without its scheme (`Example.org/Path`) as a URI. Case means nothing in a host, but a lot in a path,
/// which is left as it is.
pub(crate) fn from_web_address(text: &[u8]) -> Option<Vec<u8>> {
    let (authority, rest) = split_before(text, b"/?#");
    let authority = std::str::from_utf8(authority).ok()?.to_lowercase();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => &authority,
    };
    let (_, last) = host.rsplit_once('.')?;
    let is_host = host.split('.').all(is_label) && tld::is_known(last);
    is_host.then(|| [b"http://", authority.as_bytes(), rest].concat())
}

/// Whether a part of a host's name is one; letters of any script, since domains can have them.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_'))
}

fn split_scheme(text: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match split_before(text, b":/?#") {
        (scheme @ [_, ..], [b':', rest @ ..]) => (Some(scheme), rest),
        _ => (None, text),
    }
}

fn split_before<'a>(text: &'a [u8], marks: &[u8]) -> (&'a [u8], &'a [u8]) {
    text.split_at(
        text.iter()
            .position(|byte| marks.contains(byte))
            .unwrap_or(text.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_rfc() {
        let uri = Uri::split(b"http://www.ics.uci.edu/pub/ietf/uri/#Related");
        let expected = Uri {
            scheme: Some(b"http"),
            authority: Some(b"www.ics.uci.edu"),
            path: b"/pub/ietf/uri/",
            query: None,
            fragment: Some(b"Related"),
        };
        assert_eq!(uri, expected);
    }

    #[test]
    fn a_uri_begins_with_a_scheme() {
        for text in [
            "http:",
            "mailto:a@b",
            "1:2",
            "urn:isbn:1",
            "http://x/?a=b:c",
            "http://x y",
        ] {
            assert!(is_uri(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            ":",
            "/a:b",
            "?a:b",
            "#a:b",
            "example.org",
            "//example.org/a:b",
        ] {
            assert!(!is_uri(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn queries_and_fragments_may_be_empty() {
        let uri = Uri::split(b"a:?#");
        assert_eq!(
            (uri.query, uri.fragment, uri.path),
            (Some(&b""[..]), Some(&b""[..]), &b""[..])
        );
    }

    #[test]
    fn addresses_are_told_from_names() {
        for text in [
            "https://example.org",
            "s3://covers/1.png",
            "file:///etc/hosts",
            "mailto:jane@example.org",
            "urn:isbn:1",
            "TEL:+4712345678",
            "www.example.org",
            "WWW.example.org/A",
            "example.org/a",
            "example.org/",
        ] {
            assert!(is_plainly_address(text.as_bytes()), "{text}");
        }
        for text in [
            "README.md",
            "Main.java",
            "com.acme.app",
            "ASP.NET",
            "v1.dev",
            "example.org",
            "smith:jones",
            "localhost:8080",
            "GO:0008150",
            "dc:title",
            "Note: hello",
            "C:\\temp",
            "c://x",
            "http://",
            "urn:",
            "and/or",
            "README.md#usage",
            "www.",
            "www.nothing",
            "192.168.0.1/24",
            "",
        ] {
            assert!(!is_plainly_address(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn web_addresses_become_uris() {
        for (text, uri) in [
            ("example.org", "http://example.org"),
            ("WWW.Example.ORG/Path?Q=A#F", "http://www.example.org/Path?Q=A#F"),
            ("example.org:8080/", "http://example.org:8080/"),
            ("правительство.рф", "http://правительство.рф"),
        ] {
            assert_eq!(
                from_web_address(text.as_bytes()).as_deref(),
                Some(uri.as_bytes()),
                "{text}"
            );
        }
        for text in [
            "",
            "org",
            "data.csv",
            "e.g.",
            "No. 5",
            "hello world.org",
            "a..org",
            ".org",
            "a@example.org",
            "1.5",
        ] {
            assert_eq!(from_web_address(text.as_bytes()), None, "{text}");
        }
    }
}
