//! Who may ask, and what a browser may do with an answer.
//!
//! The server listens on loopback only, but any page in the browser can send requests to loopback. A name that an attacker lets
//! point to 127.0.0.1 shows in `Host`; a page from elsewhere shows in `Origin` and `Sec-Fetch-Site`; and a form of such a page
//! cannot send JSON.

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Names under which this server may be addressed.
#[derive(Clone, Debug)]
pub struct Names(Vec<String>);

impl Names {
    /// Of a server on a port of loopback.
    pub fn of(port: u16) -> Self {
        Self(["127.0.0.1", "localhost", "[::1]"].iter().map(|name| format!("{name}:{port}")).collect())
    }

    fn know(&self, name: &str) -> bool {
        self.0.iter().any(|known| known == name)
    }
}

/// What is wrong with the headers of a request; nothing for those of our own page.
pub fn refusal(names: &Names, method: &Method, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if headers.get_all(header::HOST).iter().count() != 1 || !text(header::HOST).is_some_and(|host| names.know(host)) {
        return Some((StatusCode::MISDIRECTED_REQUEST, "this address is for this machine only"));
    }
    let origin = text(header::ORIGIN).map(|origin| origin.strip_prefix("http://").is_some_and(|host| names.know(host)));
    let site = text(HeaderName::from_static("sec-fetch-site")).unwrap_or("none");
    if origin == Some(false) || headers.contains_key(header::ORIGIN) && origin.is_none() {
        return Some((StatusCode::FORBIDDEN, "another page may not ask here"));
    }
    if method == Method::GET || method == Method::HEAD {
        return None;
    }
    if origin.is_none() || !matches!(site, "same-origin" | "none") {
        return Some((StatusCode::FORBIDDEN, "another page may not ask here"));
    }
    let json = text(header::CONTENT_TYPE).is_some_and(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/json");
    (!json).then_some((StatusCode::UNSUPPORTED_MEDIA_TYPE, "only JSON is understood"))
}

/// Lets only requests of our own page through, and puts the rules on every answer.
pub async fn guard(State((names, policy)): State<(Names, HeaderValue)>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&names, request.method(), request.headers()) {
        Some((status, why)) => (status, why).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &Method, headers: &[(&'static str, &str)]) -> Option<u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        refusal(&Names::of(8000), method, &map).map(|(status, _)| status.as_u16())
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:8000");
    const ORIGIN: (&str, &str) = ("origin", "http://127.0.0.1:8000");
    const JSON: (&str, &str) = ("content-type", "application/json");

    #[test]
    fn our_own_page_may_ask() {
        assert_eq!(asked(&Method::GET, &[HOST]), None);
        assert_eq!(asked(&Method::GET, &[("host", "localhost:8000")]), None);
        assert_eq!(asked(&Method::POST, &[HOST, ORIGIN, JSON]), None);
        assert_eq!(
            asked(&Method::POST, &[HOST, ORIGIN, ("content-type", "application/json; charset=utf-8"), ("sec-fetch-site", "same-origin")]),
            None
        );
    }

    #[test]
    fn others_may_not() {
        for host in ["evil.example:8000", "127.0.0.1", "127.0.0.1:8001", "127.0.0.1:8000.evil.example"] {
            assert_eq!(asked(&Method::GET, &[("host", host)]), Some(421), "{host}");
        }
        assert_eq!(asked(&Method::GET, &[]), Some(421));
        assert_eq!(asked(&Method::GET, &[HOST, ("host", "evil.example")]), Some(421));
        for origin in ["http://evil.example", "null", "https://127.0.0.1:8000", "http://127.0.0.1:80001"] {
            assert_eq!(asked(&Method::POST, &[HOST, ("origin", origin), JSON]), Some(403), "{origin}");
            assert_eq!(asked(&Method::GET, &[HOST, ("origin", origin)]), Some(403), "{origin}");
        }
        assert_eq!(asked(&Method::POST, &[HOST, JSON]), Some(403));
        assert_eq!(asked(&Method::POST, &[HOST, ORIGIN, JSON, ("sec-fetch-site", "cross-site")]), Some(403));
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
            assert_eq!(asked(&Method::POST, &[HOST, ORIGIN, ("content-type", kind)]), Some(415), "{kind}");
        }
        assert_eq!(asked(&Method::POST, &[HOST, ORIGIN]), Some(415));
    }
}
