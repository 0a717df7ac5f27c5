//! Calls of scenarios to the fakes.

use std::ffi::{CStr, CString, c_char, c_int};

mod c {
    use super::{Shown, c_char, c_int};

    unsafe extern "C" {
        pub fn fake_begin();
        pub fn fake_run(milliseconds: c_int);
        pub fn fake_run_tracking(milliseconds: c_int);
        pub fn fake_settle();
        pub fn fake_callback(on: c_int);
        pub fn fake_bundle(path: *const c_char, identifier: *const c_char);
        pub fn fake_activation(works: c_int);
        pub fn fake_activities() -> u64;
        pub fn fake_types(text: *const c_char);
        pub fn fake_presses_key(code: c_int, text: *const c_char);
        pub fn fake_clicks_button(at: c_int);
        pub fn fake_ticks();
        pub fn fake_copies();
        pub fn fake_chooses(at: c_int);
        pub fn fake_pasteboard() -> *const c_char;
        pub fn fake_meanwhile(call: extern "C" fn());
        pub fn fake_acts_left() -> c_int;
        pub fn fake_shown(at: c_int) -> *const Shown;
        pub fn fake_windows_on_screen() -> c_int;
        pub fn fake_monitors() -> c_int;
        pub fn fake_reduce_motion(on: c_int);
        pub fn fake_workspace_says(name: *const c_char);
        pub fn fake_popped_up() -> c_int;
        pub fn fake_menu_opened(meanwhile: extern "C" fn());
        pub fn fake_icon_is(hidden: c_int);
        pub fn fake_icon_label() -> *const c_char;
        pub fn fake_press_opens_menu() -> c_int;
        pub fn fake_icon_hint() -> *const c_char;
        pub fn fake_icon_clicked();
        pub fn fake_allow_notifications(on: c_int);
        pub fn fake_notifications_fail(on: c_int);
        pub fn fake_prompts() -> c_int;
        pub fn fake_posted() -> c_int;
        pub fn fake_posted_title(at: c_int) -> *const c_char;
        pub fn fake_posted_body(at: c_int) -> *const c_char;
        pub fn fake_posted_name(at: c_int) -> *const c_char;
        pub fn fake_posted_thread(at: c_int) -> *const c_char;
        pub fn fake_posted_button(at: c_int) -> *const c_char;
        pub fn fake_clicked(at: c_int, action: *const c_char) -> c_int;
        pub fn fake_presented() -> u64;
        pub fn fake_login_item_is(status: c_int);
        pub fn fake_login_item() -> c_int;
        pub fn fake_settings_opened() -> c_int;
        pub fn fake_configd_refuses(what: c_int);
        pub fn fake_entry(key: *const c_char, is_there: c_int);
        pub fn fake_network_loop_stops();
        pub fn fake_await_watch();
        pub fn fake_day_is(seconds: f64);
    }
}

/// A dialog as it came up (appkit.h, `struct shown`).
#[repr(C)]
pub struct Shown {
    title: *const c_char,
    text: *const c_char,
    button: [*const c_char; 4],
    key: [*const c_char; 4],
    field_label: *const c_char,
    tick_label: *const c_char,
    window_title: *const c_char,
    evidence: *const c_char,
    buttons: c_int,
    in_front: c_int,
    keyboard: c_int,
    secure: c_int,
    destructive: [c_int; 4],
    caution: c_int,
    choices: c_int,
}

impl Shown {
    pub fn title(&self) -> String {
        text(self.title)
    }
    pub fn text(&self) -> String {
        text(self.text)
    }
    /// Labels, keys, and whether it destroys something.
    pub fn buttons(&self) -> Vec<(String, String, bool)> {
        let count = usize::try_from(self.buttons).unwrap();
        let button = |at: usize| {
            (
                text(self.button[at]),
                text(self.key[at]),
                self.destructive[at] != 0,
            )
        };
        (0..count).map(button).collect()
    }
    pub fn field_label(&self) -> String {
        text(self.field_label)
    }
    pub fn tick_label(&self) -> String {
        text(self.tick_label)
    }
    pub fn window_title(&self) -> String {
        text(self.window_title)
    }
    pub fn evidence(&self) -> String {
        text(self.evidence)
    }
    /// True if the app's icon has a caution sign.
    pub fn has_caution(&self) -> bool {
        self.caution != 0
    }
    /// Number of lines to choose from.
    pub fn choices(&self) -> i32 {
        self.choices
    }
    /// True if it is in front of every other window, whichever program is the active one.
    pub fn is_in_front(&self) -> bool {
        self.in_front != 0
    }
    /// True if what the user types goes to it.
    pub fn has_keyboard(&self) -> bool {
        self.keyboard != 0
    }
    pub fn is_secure(&self) -> bool {
        self.secure != 0
    }
}

fn text(of: *const c_char) -> String {
    assert!(!of.is_null());
    unsafe { CStr::from_ptr(of) }.to_str().unwrap().to_owned()
}

/// A string of C's that lives as long as the process.
fn c(text: &str) -> *const c_char {
    CString::new(text).unwrap().into_raw()
}

macro_rules! told {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) $(-> $result:ty)? = $call:expr;)*) => {
        $($(#[$doc])* pub fn $name($($arg: $kind),*) $(-> $result)? { unsafe { $call } })*
    };
}

told! {
    /// Before anything else.
    begin() = c::fake_begin();
    /// Runs the main loop until there is nothing to do, and this time has passed.
    run(milliseconds: i32) = c::fake_run(milliseconds);
    /// The same while a menu is open.
    run_tracking(milliseconds: i32) = c::fake_run_tracking(milliseconds);
    settle() = c::fake_settle();
    activation(works: bool) = c::fake_activation(works.into());
    activities() -> u64 = c::fake_activities();
    types(text: &str) = c::fake_types(c(text));
    presses_key(code: i32, text: &str) = c::fake_presses_key(code, c(text));
    clicks_button(at: i32) = c::fake_clicks_button(at);
    ticks() = c::fake_ticks();
    copies() = c::fake_copies();
    chooses(at: i32) = c::fake_chooses(at);
    pasteboard() -> String = text(c::fake_pasteboard());
    meanwhile(call: extern "C" fn()) = c::fake_meanwhile(call);
    acts_left() -> i32 = c::fake_acts_left();
    windows_on_screen() -> i32 = c::fake_windows_on_screen();
    monitors() -> i32 = c::fake_monitors();
    reduce_motion(on: bool) = c::fake_reduce_motion(on.into());
    workspace_says(name: &str) = c::fake_workspace_says(c(name));
    popped_up() -> i32 = c::fake_popped_up();
    menu_opened(meanwhile: extern "C" fn()) = c::fake_menu_opened(meanwhile);
    icon_is(hidden: i32) = c::fake_icon_is(hidden);
    icon_label() -> String = text(c::fake_icon_label());
    icon_hint() -> String = text(c::fake_icon_hint());
    icon_clicked() = c::fake_icon_clicked();
    press_opens_menu() -> bool = c::fake_press_opens_menu() != 0;
    allow_notifications(on: bool) = c::fake_allow_notifications(on.into());
    notifications_fail() = c::fake_notifications_fail(1);
    prompts() -> i32 = c::fake_prompts();
    clicked(at: i32, action: &str) -> bool = c::fake_clicked(at, c(action)) != 0;
    presented() -> u64 = c::fake_presented();
    login_item_is(status: i32) = c::fake_login_item_is(status);
    login_item() -> i32 = c::fake_login_item();
    settings_opened() -> i32 = c::fake_settings_opened();
    configd_refuses(what: i32) = c::fake_configd_refuses(what);
    entry(key: &str, is_there: bool) = c::fake_entry(c(key), is_there.into());
    network_loop_stops() = c::fake_network_loop_stops();
    await_watch() = c::fake_await_watch();
    day_is(seconds: f64) = c::fake_day_is(seconds);
}

/// The program is this bundle's, or none's.
pub fn bundle(path: &str, identifier: Option<&str>) {
    let identifier = identifier.map_or(std::ptr::null(), c);
    unsafe { c::fake_bundle(c(path), identifier) }
}

/// Runs `work` as tao runs the app's callback.
pub fn in_callback<T>(work: impl FnOnce() -> T) -> T {
    unsafe { c::fake_callback(1) };
    let done = work();
    unsafe { c::fake_callback(0) };
    done
}

/// The dialogs that came up, in turn.
pub fn shown() -> Vec<&'static Shown> {
    (0..)
        .map_while(|at| unsafe { c::fake_shown(at).as_ref() })
        .collect()
}

/// A notification that was posted.
#[derive(Debug, PartialEq, Eq)]
pub struct Posted {
    pub title: String,
    pub body: String,
    pub button: String,
}

/// All that were posted, in turn.
pub fn posted() -> Vec<Posted> {
    settle();
    let at = |at| unsafe {
        Posted {
            title: text(c::fake_posted_title(at)),
            body: text(c::fake_posted_body(at)),
            button: text(c::fake_posted_button(at)),
        }
    };
    (0..unsafe { c::fake_posted() }).map(at).collect()
}

/// The thread that a notification belongs to.
pub fn posted_thread(at: i32) -> String {
    unsafe { text(c::fake_posted_thread(at)) }
}

/// The name of a notification.
pub fn posted_name(at: i32) -> String {
    unsafe { text(c::fake_posted_name(at)) }
}
