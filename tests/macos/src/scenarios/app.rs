//! The desktop as a whole: `src/desktop/macos/mod.rs`.

use macos_layer::desktop::contract::Desktop;
use macos_layer::desktop::macos::NativeDesktop;
use tao::event_loop::EventLoop;
use tao::platform::macos::ActivationPolicy;
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};

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

super::scenarios! {
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
