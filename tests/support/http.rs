//! HTTP requests as a browser's first one: plain, to loopback.

use std::time::Duration;

use serde_json::Value;
use ureq::Agent;

/// An answer, whatever its status.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: String,
}

/// Follows redirects, and sends the token both ways that Jupyter knows, as the URL has it and as a header: without
/// cookies, a redirect would lose the one in the URL.
pub fn get(url: &str) -> Reply {
    try_get(url).unwrap_or_else(|e| panic!("no answer: {e}"))
}

/// As [`get`], when there may be nobody to answer.
pub fn try_get(url: &str) -> Result<Reply, ureq::Error> {
    let config = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(30)))
        .http_status_as_error(false);
    let agent = Agent::new_with_config(config.build());
    let mut request = agent.get(url);
    if let Some(token) = token(url) {
        request = request.header("Authorization", format!("token {token}"));
    }
    let mut response = request.call()?;
    Ok(Reply {
        status: response.status().as_u16(),
        body: response.body_mut().read_to_string()?,
    })
}

/// As [`get`], with the cookies that the answer sets.
pub fn with_cookies(url: &str) -> (Reply, Vec<String>) {
    let config = Agent::config_builder().http_status_as_error(false);
    let mut response = Agent::new_with_config(config.build())
        .get(url)
        .call()
        .expect("an answer");
    let cookies = response.headers().get_all("set-cookie").iter();
    let cookies = cookies.map(|cookie| cookie.to_str().unwrap().to_owned());
    let cookies = cookies.collect();
    let reply = Reply {
        status: response.status().as_u16(),
        body: response.body_mut().read_to_string().unwrap(),
    };
    (reply, cookies)
}

/// The page that a `ready` event names, and its title.
pub fn title(ready: &Value) -> String {
    let url = ready["url"].as_str().expect("ready has a url");
    let page = get(url);
    assert_eq!(page.status, 200, "{}", page.body);
    let title = page
        .body
        .split("<title>")
        .nth(1)
        .and_then(|rest| rest.split("</title>").next());
    title.unwrap_or_default().trim().to_owned()
}

/// A path under the server's base URL, with the ready event's token: `api/status`.
pub fn api(ready: &Value, path: &str) -> Reply {
    get(&address(ready, path))
}

/// Sends JSON to such a path.
pub fn post(ready: &Value, path: &str, body: &str) -> Reply {
    let url = address(ready, path);
    let config = Agent::config_builder().http_status_as_error(false);
    let agent = Agent::new_with_config(config.build());
    let mut request = agent.post(&url).content_type("application/json");
    if let Some(token) = token(&url) {
        request = request.header("Authorization", format!("token {token}"));
    }
    let mut response = request.send(body).expect("an answer");
    Reply {
        status: response.status().as_u16(),
        body: response.body_mut().read_to_string().unwrap(),
    }
}

fn address(ready: &Value, path: &str) -> String {
    let url = url::Url::parse(ready["url"].as_str().expect("ready has a url")).expect("a URL");
    let base = ready["server"]["base_url"].as_str().unwrap_or("/");
    let mut target = url
        .join(base)
        .and_then(|base| base.join(path))
        .expect("a path");
    target.set_query(url.query());
    target.into()
}

/// The token in a URL, if there is one.
pub fn token(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.query_pairs()
        .find(|(name, _)| name == "token")
        .map(|(_, token)| token.into_owned())
}
