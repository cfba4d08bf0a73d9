//! Who sends a request: a browser with a cookie, a script with HTTP Basic, or a visitor.

use crate::app::{Answer, App, Shared};
use crate::database::{User, lock, random_hex};
use crate::failure::Failure;
use crate::rpc::answer;
use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use base64::prelude::{BASE64_STANDARD as STANDARD, Engine};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// The cookie that names a session.
pub(crate) const SESSION_COOKIE: &str = "sessionid";
/// The cookie with the token that a page of ours repeats in the header [`TOKEN_HEADER`].
pub(crate) const TOKEN_COOKIE: &str = "csrftoken";
pub(crate) const TOKEN_HEADER: &str = "x-csrftoken";

/// How long failed logins count.
const ATTEMPTS: Duration = Duration::from_secs(60);

/// The sessions of browsers, by the hash of their cookie: a dump of the memory gives no cookie.
#[derive(Default)]
pub(crate) struct Sessions {
    by_cookie: Mutex<HashMap<[u8; 32], Session>>,
    failures: Mutex<HashMap<String, (Instant, u32)>>,
}

struct Session {
    user: Arc<User>,
    token: String,
    ends: Instant,
}

impl Sessions {
    /// Forgets what has ended.
    pub(crate) fn clean(&self) {
        let now = Instant::now();
        lock(&self.by_cookie).retain(|_, session| session.ends > now && session.user.is_valid());
        lock(&self.failures).retain(|_, (since, _)| since.elapsed() < ATTEMPTS);
    }

    fn find(&self, cookie: &str) -> Option<(Arc<User>, String)> {
        let sessions = lock(&self.by_cookie);
        let session = sessions.get(&hash(cookie))?;
        (session.ends > Instant::now() && session.user.is_valid())
            .then(|| (Arc::clone(&session.user), session.token.clone()))
    }

    fn refuses(&self, key: &str, most: u32) -> bool {
        let failures = lock(&self.failures);
        let known = failures.get(key);
        known.is_some_and(|(since, number)| since.elapsed() < ATTEMPTS && *number >= most)
    }

    fn count_failure(&self, key: String) {
        let mut failures = lock(&self.failures);
        let (since, number) = failures.entry(key).or_insert((Instant::now(), 0));
        if since.elapsed() >= ATTEMPTS {
            (*since, *number) = (Instant::now(), 0);
        }
        *number += 1;
    }
}

/// The user of a request. A request that changes something proves that it comes from a page of ours.
pub(crate) struct LoggedIn(pub Arc<User>);

impl FromRequestParts<Arc<App>> for LoggedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        if let Some((name, password)) = basic(&parts.headers)? {
            let peer = parts.extensions.get().map(|ConnectInfo(peer)| *peer);
            let found = app.try_password(&name, &password, &parts.headers, peer, false);
            return found.await.map(Self);
        }
        let cookie = cookie(&parts.headers, SESSION_COOKIE).ok_or(Failure::NotLoggedIn)?;
        let (user, token) = app.sessions.find(cookie).ok_or(Failure::NotLoggedIn)?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let given = parts.headers.get(TOKEN_HEADER).ok_or(Failure::WrongToken)?;
            if !bool::from(given.as_bytes().ct_eq(token.as_bytes())) {
                return Err(Failure::WrongToken);
            }
        }
        Ok(Self(user))
    }
}

impl App {
    /// Asks PostgreSQL about a password, unless there were too many wrong ones.
    async fn try_password(
        self: &Arc<Self>,
        name: &str,
        password: &str,
        headers: &HeaderMap,
        peer: Option<SocketAddr>,
        is_new: bool,
    ) -> Result<Arc<User>, Failure> {
        if self.settings.allow_passwordless && !is_named_by_address(headers) {
            return Err(Failure::ForeignName);
        }
        let address = client_address(self, headers, peer);
        let keys = [format!("role {name}"), format!("address {address}")];
        let most = self.settings.login_attempts;
        if keys.iter().any(|key| self.sessions.refuses(key, most)) {
            return Err(Failure::TooManyAttempts);
        }
        let user = self.database.authenticate(name, password, is_new).await;
        if matches!(user, Err(Failure::WrongPassword | Failure::Passwordless)) {
            tracing::warn!(role = name, %address, "failed login");
            keys.into_iter().for_each(|key| self.sessions.count_failure(key));
        }
        user
    }
}

/// What the login form sends.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    username: String,
    #[serde(default)]
    password: String,
}

/// `POST /auth/login/`: a new session. An old one of the same browser ends: nobody can have prepared it.
pub(crate) async fn log_in(
    State(app): Shared,
    headers: HeaderMap,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Json(Credentials { username, password }): Json<Credentials>,
) -> Answer {
    let user = app.try_password(&username, &password, &headers, Some(peer), true);
    let user = user.await?;
    if let Some(old) = cookie(&headers, SESSION_COOKIE) {
        lock(&app.sessions.by_cookie).remove(&hash(old));
    }
    let (cookie, token) = (random_hex()?, random_hex()?);
    let lives = Duration::from_secs(app.settings.session_hours * 3600);
    tracing::info!(role = user.name, address = %client_address(&app, &headers, Some(peer)), "login");
    let mut response = describe(&app, Some(&user), Some(&token));
    set_cookie(&app, &mut response, SESSION_COOKIE, &cookie, lives, "; HttpOnly");
    set_cookie(&app, &mut response, TOKEN_COOKIE, &token, lives, "");
    let ends = Instant::now() + lives;
    lock(&app.sessions.by_cookie).insert(hash(&cookie), Session { user, token, ends });
    Ok(response)
}

/// `POST /auth/logout/`: ends the session.
pub(crate) async fn log_out(State(app): Shared, headers: HeaderMap, _user: LoggedIn) -> Response {
    if let Some(cookie) = cookie(&headers, SESSION_COOKIE) {
        lock(&app.sessions.by_cookie).remove(&hash(cookie));
    }
    let mut response = describe(&app, None, None);
    for name in [SESSION_COOKIE, TOKEN_COOKIE] {
        set_cookie(&app, &mut response, name, "", Duration::ZERO, "");
    }
    response
}

/// `GET /auth/session/`: who is logged in.
pub(crate) async fn show_session(
    State(app): Shared,
    headers: HeaderMap,
    user: Result<LoggedIn, Failure>,
) -> Answer {
    let is_basic = headers.contains_key(header::AUTHORIZATION);
    match user {
        Ok(LoggedIn(user)) => {
            let session = cookie(&headers, SESSION_COOKIE).and_then(|cookie| app.sessions.find(cookie));
            let own = session.filter(|(owner, _)| owner.name == user.name);
            let token = own.as_ref().map(|(_, token)| &**token);
            Ok(describe(&app, Some(&user), token))
        }
        // Nobody, unless a password came that is none.
        Err(Failure::NotLoggedIn) if !is_basic => Ok(describe(&app, None, None)),
        Err(failure) => Err(failure),
    }
}

fn describe(app: &App, user: Option<&Arc<User>>, token: Option<&str>) -> Response {
    let document = serde_json::json!({
        "user": user.map(|user| &user.name),
        "csrf_token": token,
        "database": app.database.name(),
    });
    answer(document.to_string())
}

fn set_cookie(app: &App, response: &mut Response, name: &str, value: &str, lives: Duration, more: &str) {
    let is_https = app.settings.tls_key.is_some() || app.settings.behind_https;
    let secure = if is_https { "; Secure" } else { "" };
    let lives = lives.as_secs();
    let text = format!("{name}={value}; Path=/; SameSite=Lax; Max-Age={lives}{secure}{more}");
    // Hexadecimal digits and constants.
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let headers = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut cookies = headers.flat_map(|cookies| cookies.split(';'));
    cookies.find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

/// The name and password of HTTP Basic. A password may contain colons.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Failure> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let parts = value.to_str().ok().and_then(|text| text.split_once(' '));
    let basic = parts.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let problem = "the header Authorization is not that of HTTP Basic";
    let (_, encoded) = basic.ok_or_else(|| Failure::Malformed(problem.into()))?;
    let decoded = STANDARD.decode(encoded.trim()).ok().map(String::from_utf8);
    let text = decoded.and_then(Result::ok).ok_or(Failure::NotLoggedIn)?;
    let (name, password) = text.split_once(':').ok_or(Failure::NotLoggedIn)?;
    Ok(Some((name.to_owned(), password.to_owned())))
}

/// Whether a request names the gateway by an address, or as localhost. Any other name may be that of a web site, whose owner
/// lets it mean this machine so that the site's pages count as ours. (HTTP/2 comes with a certificate that says the name.)
fn is_named_by_address(headers: &HeaderMap) -> bool {
    headers.get(header::HOST).is_none_or(|host| {
        let host = Authority::try_from(host.as_bytes());
        host.is_ok_and(|host| {
            let name = host.host().trim_matches(['[', ']']);
            name == "localhost" || name.parse::<IpAddr>().is_ok()
        })
    })
}

/// The address of a client: the one that connects, or the one that the proxy in front of us saw. That is the last one in
/// the header, since a client can write the others itself.
fn client_address(app: &App, headers: &HeaderMap, peer: Option<SocketAddr>) -> IpAddr {
    let mut headers = headers.get_all("x-forwarded-for").iter();
    let forwarded = headers.rfind(|_| app.settings.trust_forwarded);
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    last.unwrap_or_else(|| peer.map_or(IpAddr::from([0; 4]), |peer| peer.ip()))
}

fn hash(cookie: &str) -> [u8; 32] {
    Sha256::digest(cookie.as_bytes()).into()
}
