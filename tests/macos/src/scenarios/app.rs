//! The desktop as a whole: `src/desktop/macos/mod.rs`.

use macos_layer::desktop::contract::Desktop;
use macos_layer::desktop::contract::SystemEvent;
use macos_layer::desktop::macos::NativeDesktop;
use macos_layer::fake;
use muda::Menu;
use tao::event_loop::EventLoop;
use tao::platform::macos::ActivationPolicy;
use tray_icon::{Icon, TrayIcon, TrayIconBuilder, TrayIconEvent};

/// `NSActivityAutomaticTerminationDisabled`, `NSActivitySuddenTerminationDisabled` (NSProcessInfo.h).
const NOT_ENDED: u64 = 1 << 15 | 1 << 14;
/// `NSActivityUserInitiatedAllowingIdleSystemSleep`, without those two.
const NOT_SLOWED: u64 = 0x00FF_FFFF & !(1 << 20) & !NOT_ENDED;

fn prepared() -> NativeDesktop {
    let desktop = NativeDesktop::default();
    desktop.prepare(&mut EventLoop::<()>::default());
    desktop
}

fn tray(desktop: &NativeDesktop) -> TrayIcon {
    desktop
        .with_icon(TrayIconBuilder::new(), Icon("idle"))
        .build()
        .unwrap()
}

/// The tray as the app builds it, with its menu.
fn tray_with_menu(desktop: &NativeDesktop) -> (TrayIcon, Menu) {
    let menu = Menu::new();
    let builder = TrayIconBuilder::new().with_menu(Box::new(menu.clone()));
    let tray = desktop.with_icon(builder, Icon("idle")).build().unwrap();
    desktop.attach_menu(&tray, &menu);
    (tray, menu)
}

extern "C" fn the_menu_is_open() {
    assert!(NativeDesktop::default().menu_is_open());
}

super::scenarios! {
    fn an_open_menu_is_known_and_its_end_is_told() {
        let desktop = prepared();
        let (tell, told) = std::sync::mpsc::channel();
        desktop.watch(Box::new(move |event| tell.send(event).unwrap())).unwrap();
        assert!(!desktop.menu_is_open());
        fake::menu_opened(the_menu_is_open);
        assert!(!desktop.menu_is_open());
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [SystemEvent::MenuClosed]);
    }

    fn the_icon_keeps_its_place_under_a_name_of_its_own() {
        assert_eq!(tray(&prepared()).name.as_deref(), Some("remote-jupyter"));
    }

    fn moves_of_the_mouse_over_the_icon_do_not_pile_up() {
        prepared();
        TrayIconEvent::Move.send();
        assert_eq!(TrayIconEvent::unread(), 0);
    }

    fn voiceover_and_the_keyboard_open_the_menu() {
        let (_tray, _menu) = tray_with_menu(&prepared());
        assert!(fake::press_opens_menu());
        fake::icon_clicked();
        assert!(fake::press_opens_menu(), "after a click as well");
    }

    fn voiceover_says_what_the_icon_shows() {
        let desktop = prepared();
        let (tray, _menu) = tray_with_menu(&desktop);
        desktop.describe_icon(&tray, "connected");
        assert_eq!(fake::icon_label(), "Remote Jupyter: connected");
        assert_eq!(fake::icon_hint(), "Remote Jupyter: connected");
    }

    fn opening_the_app_again_shows_its_menu_where_the_icon_is_hidden() {
        let desktop = prepared();
        let (tray, _menu) = tray_with_menu(&desktop);
        assert!(!fake::in_callback(|| desktop.show_menu_of_hidden_icon(&tray)));
        for hidden in 1..=4 {
            fake::icon_is(hidden);
            assert!(fake::in_callback(|| desktop.show_menu_of_hidden_icon(&tray)), "{hidden}");
            fake::run(0);
            assert_eq!(fake::popped_up(), hidden);
        }
    }

    fn reduced_motion_is_respected() {
        let desktop = prepared();
        assert!(!desktop.reduces_motion());
        fake::reduce_motion(true);
        assert!(desktop.reduces_motion());
    }

    fn the_system_does_not_end_the_app_when_its_last_window_closes() {
        prepared();
        assert_eq!(fake::activities(), NOT_ENDED);
    }

    fn a_tunnel_is_not_slowed_down_and_the_computer_may_sleep() {
        let desktop = prepared();
        for _ in 0..2 {
            desktop.keep_busy(true);
            assert_eq!(fake::activities(), NOT_ENDED | NOT_SLOWED);
        }
        for _ in 0..2 {
            desktop.keep_busy(false);
            assert_eq!(fake::activities(), NOT_ENDED);
        }
    }

    fn the_app_has_no_place_in_the_dock_and_takes_no_focus() {
        let mut events = EventLoop::<()>::default();
        let desktop = NativeDesktop::default();
        desktop.prepare(&mut events);
        assert_eq!(events.policy, Some(ActivationPolicy::Accessory));
        assert_eq!(events.comes_to_the_front, Some(false));
        assert!(desktop.has_screen());
    }

    fn copy_and_paste_work_in_fields_through_a_menu_that_lives_on() {
        prepared();
        let entries = ["undo", "redo", "cut", "copy", "paste", "select_all"];
        assert_eq!(*muda::MAIN_MENU.lock().unwrap(), entries);
        assert!(!muda::main_menu_is_dropped());
    }

    fn an_app_without_that_menu_starts_all_the_same() {
        *muda::FAILS.lock().unwrap() = true;
        prepared();
    }

    fn the_icon_stays_a_template_when_its_picture_changes() {
        let desktop = prepared();
        let tray = tray(&desktop);
        assert_eq!(*tray.icon.borrow(), Some((Icon("idle"), true)));
        desktop.set_icon(&tray, Icon("connected")).unwrap();
        assert_eq!(*tray.icon.borrow(), Some((Icon("connected"), true)));
    }
}
