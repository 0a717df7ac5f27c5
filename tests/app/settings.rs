//! The settings page, opened from the menu.

use crate::desk::Desk;
use crate::support::http;

#[test]
fn settings_open_in_the_browser_and_again_at_another_address() {
    let desk = Desk::with(&["a"]);
    desk.desktop.click("Settings…");
    desk.wait_for_pages(1);
    desk.desktop.click("Settings…");
    desk.wait_for_pages(2);
    let addresses = desk.desktop.addresses();
    let (first, second) = (&addresses[0], &addresses[1]);
    let is_entrance =
        |address: &String| address.starts_with("http://127.0.0.1:") && address.contains("/enter/");
    assert!(is_entrance(first) && is_entrance(second), "{addresses:?}");
    // The same page, and each address is good for one entrance: the newest.
    let page = |address: &str| address.split("/enter/").next().unwrap().to_owned();
    assert_eq!(page(first), page(second));
    assert_eq!(http::get(first).status, 404);
    assert_eq!(http::get(second).status, 200);
    // Its links are in no log.
    let secret = second.rsplit('/').next().unwrap();
    assert!(!desk.log().contains(secret));
}
