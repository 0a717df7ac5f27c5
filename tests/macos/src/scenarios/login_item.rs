//! The login item: `src/desktop/macos/login_item.rs`, with auto-launch and smappservice-rs as they are.

use std::path::PathBuf;

use macos_layer::desktop::login_item::status::Status;
use macos_layer::desktop::macos::login_item;
use macos_layer::fake;
use macos_layer::host_os::scope::ConfigOptions;

const ENABLED: i32 = 1;
const REQUIRES_APPROVAL: i32 = 2;

fn plain() -> ConfigOptions {
    ConfigOptions::default()
}

fn with_config() -> ConfigOptions {
    ConfigOptions {
        config: Some(PathBuf::from("/etc/other.toml")),
        ssh_config: None,
    }
}

/// Before macOS 13; each scenario is a process of its own.
fn on_macos_12() {
    unsafe { std::env::set_var("FAKE_MACOS", "12") };
}

fn agent() -> PathBuf {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap());
    home.join("Library/LaunchAgents/remote-jupyter.plist")
}

fn set(on: bool, options: &ConfigOptions) -> Result<(), String> {
    login_item::set(on, options).map_err(|error| error.to_string())
}

super::scenarios! {
    fn one_that_waits_for_approval_leads_to_the_settings() {
        fake::login_item_is(REQUIRES_APPROVAL);
        assert_eq!(set(true, &plain()), Ok(()));
        assert_eq!(fake::settings_opened(), 1);
        assert_eq!(login_item::status(), Status::NeedsApproval);
    }

    fn an_app_that_runs_from_the_downloads_folder_says_where_to_move_it() {
        fake::bundle("/private/var/folders/x/AppTranslocation/y/d/Remote Jupyter.app", Some("org.remote-jupyter.RemoteJupyter"));
        assert_eq!(set(true, &plain()), Err("autostart-mac-translocated".to_owned()));
    }

    fn it_is_off_until_the_user_switches_it_on() {
        assert_eq!(login_item::status(), Status::Off);
        assert_eq!(set(true, &plain()), Ok(()));
        assert_eq!(login_item::status(), Status::On);
        assert_eq!(set(false, &plain()), Ok(()));
        assert_eq!(login_item::status(), Status::Off);
    }

    fn what_is_not_registered_is_taken_out_without_an_error() {
        assert_eq!(set(false, &plain()), Ok(()));
    }

    fn one_that_was_switched_off_in_the_settings_needs_approval() {
        fake::login_item_is(REQUIRES_APPROVAL);
        assert_eq!(login_item::status(), Status::NeedsApproval);
    }

    fn a_refusal_has_a_code() {
        fake::login_item_is(ENABLED);
        assert_eq!(set(true, &plain()), Err("autostart-mac-refused code=12".to_owned()));
    }

    fn another_configuration_cannot_start_at_login() {
        assert_eq!(set(true, &with_config()), Err("autostart-mac-config path=/etc/other.toml".to_owned()));
        assert_eq!(set(false, &with_config()), Ok(()));
    }

    fn before_macos_13_it_is_a_file() {
        on_macos_12();
        std::fs::create_dir_all(agent().parent().unwrap()).unwrap();
        assert_eq!(login_item::status(), Status::Off);
        assert_eq!(set(true, &with_config()), Ok(()));
        assert_eq!(login_item::status(), Status::On);
        let text = std::fs::read_to_string(agent()).unwrap();
        assert!(text.contains("<string>-c</string><string>/etc/other.toml</string>"), "{text}");
        assert_eq!(set(false, &with_config()), Ok(()));
        assert!(!agent().exists());
    }

    fn a_path_that_would_break_that_file_is_refused() {
        on_macos_12();
        let odd = ConfigOptions { config: Some(PathBuf::from("/etc/a<b.toml")), ssh_config: None };
        assert_eq!(set(true, &odd), Err("autostart-odd-path path=/etc/a<b.toml".to_owned()));
    }

    fn a_home_that_takes_no_file_is_an_error_of_the_systems() {
        on_macos_12();
        std::fs::write(agent().parent().unwrap().parent().unwrap(), "").unwrap();
        assert!(set(true, &plain()).is_err());
        assert!(matches!(login_item::status(), Status::Off | Status::NotHere(_)));
    }
}
