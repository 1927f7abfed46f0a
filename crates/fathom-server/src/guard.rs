//! Who may ask, and what a browser may do with the answers.
//!
//! A web page elsewhere must not use the visitor's browser to reach this server. So on a loopback address only names
//! of this machine may stand in `Host` (a rebound DNS name does not), an `Origin` must be this server's own, and the
//! browser's own word for it (`Sec-Fetch-Site`) must not say otherwise. Bodies must be JSON, which no form sends.
//! With a token, every API request carries it in a header that a page must add itself: no cookie, nothing that a
//! browser would send along unasked or to another port of this machine.

use crate::app::App;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// What a page of this server may load: its own files, and nothing else from anywhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// Refuses what must not be answered, and adds the headers that every answer has.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let refusal = check(&app, &request);
    let mut response = match refusal {
        Err(problem) => problem.into_response(),
        Ok(()) => next.run(request).await,
    };
    let headers = response.headers_mut();
    let mut add = |name: &'static str, value: &'static str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    add("content-security-policy", POLICY);
    add("x-content-type-options", "nosniff");
    add("x-frame-options", "DENY");
    add("referrer-policy", "no-referrer");
    add("cross-origin-opener-policy", "same-origin");
    add("cross-origin-resource-policy", "same-origin");
    add("cross-origin-embedder-policy", "require-corp");
    add("permissions-policy", "camera=(), microphone=(), geolocation=()");
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn check(app: &App, request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    // A request in absolute form has its host in the address.
    let host = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let host = match host {
        Some(host) => host,
        None => one(headers, &header::HOST)?.unwrap_or_default().to_owned(),
    };
    if app.is_loopback && !is_this_machine(&host) {
        let detail = "ask for this server by localhost or its address: other names may be somebody else's";
        return Err(Problem::new("misdirected", detail));
    }
    let api = request.uri().path().starts_with("/api/v1/");
    if let Some(origin) = one(headers, &header::ORIGIN)? {
        let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if !own.is_some_and(|own| own.eq_ignore_ascii_case(&host)) {
            return Err(Problem::new("forbidden", "pages of other sites may not use this server"));
        }
    }
    let site = one(headers, &HeaderName::from_static("sec-fetch-site"))?;
    if api && site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return Err(Problem::new("forbidden", "pages of other sites may not use this server"));
    }
    match &app.token {
        Some(token) if api && !has_token(headers, token) => {
            let detail = "send `Authorization: Bearer TOKEN` with the token that the server was started with";
            Err(Problem::new("token", detail))
        }
        _ => Ok(()),
    }
}

/// The one value of a header that must not be there twice.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Problem::new("bad-request", format!("{name} is there twice")));
    }
    let text = first.map(HeaderValue::to_str).transpose();
    text.map_err(|_| Problem::new("bad-request", format!("{name} is not text")))
}

/// Whether a `Host` is a name that only this machine has.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) if port.is_empty() || is_port(port) => address,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, _)) if is_port(&host[name.len()..]) => name,
            Some(_) => return false,
            None => host,
        },
    };
    let is_loopback = name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_loopback || name.eq_ignore_ascii_case("localhost")
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let found = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let found = found.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    found.is_some_and(|(_, found)| is_same(found.as_bytes(), token.as_bytes()))
}

/// Compares without telling by its time where two secrets differ.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut difference = a.len() ^ b.len();
    for (i, byte) in a.iter().enumerate() {
        let other = b.get(i % b.len().max(1)).copied().unwrap_or(0);
        difference |= usize::from(std::hint::black_box(byte ^ other));
    }
    std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_pass() {
        for host in ["localhost", "LOCALHOST:8417", "127.0.0.1:1", "127.0.0.2", "[::1]:8417", "[::1]"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "192.168.1.1",
            "0.0.0.0",
            "localhost:",
            "localhost:99999",
            "localhost:1:2",
            "[::1",
            "[::1]x",
            "[::2]",
            "user@localhost",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn secrets_are_the_same_or_not() {
        assert!(is_same(b"secret", b"secret"));
        for other in ["", "s", "secre", "secrets", "secretsecret", "Secret"] {
            assert!(
                !is_same(other.as_bytes(), b"secret") && !is_same(b"secret", other.as_bytes()),
                "{other}"
            );
        }
    }
}
