//! Sleep, waking, and another network: `src/desktop/macos/system_events.rs`.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use macos_layer::desktop::contract::{Desktop, SystemEvent};
use macos_layer::desktop::macos::NativeDesktop;
use macos_layer::fake;

const ROUTE: &str = "State:/Network/Global/IPv4";
/// Longer than a network takes to settle.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longer than that as well: nothing comes.
const SILENCE: Duration = Duration::from_millis(1800);

fn watch() -> Receiver<SystemEvent> {
    let (tell, told) = channel();
    let tell = move |event| tell.send(event).unwrap();
    NativeDesktop::default().watch(Box::new(tell)).unwrap();
    told
}

super::scenarios! {
    fn sleep_comes_before_waking_and_once_each() {
        let told = watch();
        for _ in 0..20 {
            fake::workspace_says("NSWorkspaceWillSleepNotification");
            fake::workspace_says("NSWorkspaceDidWakeNotification");
        }
        fake::settle();
        let events: Vec<_> = told.try_iter().collect();
        assert_eq!(events, [SystemEvent::Sleep, SystemEvent::Wake].repeat(20));
    }

    fn a_new_network_is_told_once_when_it_has_settled() {
        let told = watch();
        fake::await_watch();
        fake::entry("State:/Network/Interface/en0/IPv4", true);
        fake::entry(ROUTE, true);
        assert_eq!(told.recv_timeout(PATIENCE), Ok(SystemEvent::NetworkChanged));
        assert!(told.recv_timeout(SILENCE).is_err(), "once");
    }

    fn a_vpn_that_leaves_the_route_alone_is_a_change() {
        fake::entry(ROUTE, true);
        let told = watch();
        fake::await_watch();
        fake::entry("State:/Network/Interface/utun4/IPv4", true);
        assert_eq!(told.recv_timeout(PATIENCE), Ok(SystemEvent::NetworkChanged));
    }

    fn a_network_that_goes_is_not_told() {
        fake::entry(ROUTE, true);
        let told = watch();
        fake::await_watch();
        fake::entry(ROUTE, false);
        assert!(told.recv_timeout(SILENCE).is_err());
    }

    fn link_local_addresses_are_not_told() {
        fake::entry(ROUTE, true);
        let told = watch();
        fake::await_watch();
        fake::entry("State:/Network/Interface/awdl0/IPv6", true);
        assert!(told.recv_timeout(SILENCE).is_err());
    }

    fn a_day_without_a_change_does_not_end_the_watch() {
        fake::day_is(0.05);
        let told = watch();
        fake::await_watch();
        std::thread::sleep(Duration::from_millis(300));
        fake::entry(ROUTE, true);
        assert_eq!(told.recv_timeout(PATIENCE), Ok(SystemEvent::NetworkChanged));
    }

    fn the_app_lives_without_configd() {
        for refused in 1..=3 {
            fake::configd_refuses(refused);
            let told = watch();
            assert!(told.recv_timeout(Duration::from_millis(100)).is_err());
        }
    }

    fn a_loop_that_stops_ends_the_watch() {
        let told = watch();
        fake::await_watch();
        fake::network_loop_stops();
        assert!(told.recv_timeout(Duration::from_millis(100)).is_err());
    }
}
