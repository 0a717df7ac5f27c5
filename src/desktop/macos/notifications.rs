//! Notifications through the system's own centre (`UNUserNotificationCenter`).
//!
//! Assumed, since no Mac was at hand (docs/macos.md has the list):
//! - The centre is the application's: in a process that is none, `currentNotificationCenter` raises an
//!   exception ("bundleProxyForCurrentProcess is nil"). Such a run logs instead.
//! - Its methods may be called from any thread, and it serves them in the order of the calls.
//! - Asking for permission again shows nothing: the system gives the answer that it has.
#![allow(unsafe_code)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{LazyLock, Mutex, Once, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use block2::{DynBlock, RcBlock};
use dispatch2::{DispatchQueue, DispatchTime};
use objc2::rc::{Retained, autoreleasepool};
use objc2::runtime::{Bool, ProtocolObject};
use objc2::{AllocAnyThread, define_class, msg_send};
use objc2_foundation::{
    NSArray, NSBundle, NSError, NSObject, NSObjectProtocol, NSSet, NSString, ns_string,
};
use objc2_user_notifications::{
    UNAuthorizationOptions, UNMutableNotificationContent, UNNotification, UNNotificationAction,
    UNNotificationActionOptions, UNNotificationCategory, UNNotificationCategoryOptions,
    UNNotificationDismissActionIdentifier, UNNotificationPresentationOptions,
    UNNotificationRequest, UNNotificationResponse, UNUserNotificationCenter,
    UNUserNotificationCenterDelegate,
};

use super::super::contract::{Notification, NotificationButton, NotificationClick};
use super::super::notification_actions::NotificationActions;
use super::super::sanitize::sanitized;
use crate::secret::random_hex;

type Click = NotificationClick;

/// Random, so that a notification of an earlier run is known as such.
static RUN: LazyLock<Option<String>> = LazyLock::new(|| random_hex(12).ok());

static CLICKS: Mutex<NotificationActions<Click>> = Mutex::new(NotificationActions::new());

/// Opens the host of a notification of an earlier run.
static OPEN_HOST: OnceLock<Box<dyn Fn(String) + Send + Sync>> = OnceLock::new();

/// The time of the last click.
static CLICKED_AT: Mutex<Option<Instant>> = Mutex::new(None);
/// Longest time between a click and what else the system says because of it.
const SAME_CLICK: Duration = Duration::from_secs(2);
/// Longest time by which the click comes later than the rest.
const CLICK_FOLLOWS: Duration = Duration::from_millis(400);

/// Labels of a notification's button, and of its second one, which may be empty.
type Labels = (String, String);

/// The labels that there is a category with buttons for.
static ACTIONS: Mutex<BTreeSet<Labels>> = Mutex::new(BTreeSet::new());

/// Takes clicks from now on. Before the application has finished launching, or the click that
/// launched it is lost (documentation of `UNUserNotificationCenterDelegate`).
pub fn listen() {
    let Some(centre) = centre() else { return };
    let delegate = Delegate::new();
    centre.setDelegate(Some(ProtocolObject::from_ref(&*delegate)));
    // The centre's reference is weak (UNUserNotificationCenter.h); it has to live as long as the app.
    std::mem::forget(delegate);
}

/// Calls `open` from now on with the host of a clicked notification that an earlier run posted.
pub fn on_earlier(open: Box<dyn Fn(String) + Send + Sync>) {
    let _ = OPEN_HOST.set(open);
}

/// Calls `summon` unless a notification was clicked at about this time: the system then says that the
/// app was opened once more, just before or after it says what was clicked (seen in other programs;
/// not documented).
pub fn unless_clicked(summon: Box<dyn FnOnce() + Send>) {
    if was_just_clicked() {
        return;
    }
    let later = move || {
        if !was_just_clicked() {
            summon();
        }
    };
    let waited = DispatchTime::try_from(CLICK_FOLLOWS).unwrap_or(DispatchTime::NOW);
    if DispatchQueue::main().after(waited, later).is_err() {
        tracing::warn!("an opening of the app went unheard");
    }
}

fn was_just_clicked() -> bool {
    lock(&CLICKED_AT).is_some_and(|at| at.elapsed() < SAME_CLICK)
}

/// Posts a notification as soon as the user has allowed notifications; the first one requests that
/// permission.
pub fn post(notice: Notification, host: Option<String>, clicked: Click) {
    // Any thread may call, and not every one has a pool of its own.
    autoreleasepool(|_| ask_and_add(notice, host, clicked));
}

fn ask_and_add(notice: Notification, host: Option<String>, clicked: Click) {
    let Some(centre) = centre() else {
        tracing::info!(title = notice.title, body = notice.body, "notification");
        if notice.acts_unseen {
            clicked(NotificationButton::Action);
        }
        return;
    };
    let Some(run) = &*RUN else { return };
    // One that is shown is replaced by the next of the same name (documentation of UNNotificationRequest).
    let name = format!("{run} {}", notice.id);
    lock(&CLICKS).keep(name.clone(), clicked);
    let answered = RcBlock::new(move |allowed: Bool, error: *mut NSError| {
        if allowed.as_bool() {
            add(&name, &notice, host.as_deref());
        } else {
            warn_once(error);
            not_shown(&name, notice.acts_unseen);
        }
    });
    centre.requestAuthorizationWithOptions_completionHandler(
        UNAuthorizationOptions::Alert,
        &answered,
    );
}

/// The centre, if this process is an application that has one.
fn centre() -> Option<Retained<UNUserNotificationCenter>> {
    let bundle = NSBundle::mainBundle();
    bundle.bundleIdentifier()?;
    // A bare program can carry an Info.plist, and with it an identifier, inside itself.
    let path = bundle.bundlePath().to_string();
    let is_application = Path::new(&path).extension().is_some_and(|end| end == "app");
    is_application.then(UNUserNotificationCenter::currentNotificationCenter)
}

/// Runs on a thread of the system's.
fn add(name: &str, notice: &Notification, host: Option<&str>) {
    let Some(centre) = centre() else { return };
    let content = UNMutableNotificationContent::new();
    content.setTitle(&NSString::from_str(&sanitized(&notice.title)));
    content.setBody(&NSString::from_str(&sanitized(&notice.body)));
    // The system shows those of one host together, and gives the name back with a click.
    if let Some(host) = host {
        content.setThreadIdentifier(&NSString::from_str(host));
    }
    if !notice.action.is_empty() {
        let labels = (notice.action.clone(), notice.alternative.clone());
        content.setCategoryIdentifier(&NSString::from_str(&category_name(&labels)));
        register(&centre, labels);
    }
    // Without a trigger it is shown at once.
    let identifier = NSString::from_str(name);
    let request =
        UNNotificationRequest::requestWithIdentifier_content_trigger(&identifier, &content, None);
    let (key, acts) = (name.to_owned(), notice.acts_unseen);
    let posted = RcBlock::new(move |error: *mut NSError| {
        if let Some(error) = words(error) {
            tracing::warn!(error, "the notification was not shown");
            not_shown(&key, acts);
        }
    });
    centre.addNotificationRequest_withCompletionHandler(&request, Some(&posted));
}

/// Forgets what a click on it does. What a click of the user's waits for takes place without it.
fn not_shown(name: &str, acts: bool) {
    let clicked = lock(&CLICKS).take(name);
    if let Some(clicked) = clicked.filter(|_| acts) {
        clicked(NotificationButton::Action);
    }
}

/// Makes buttons with these labels known. Buttons belong to a category, named here like its
/// buttons; each call replaces the whole set. There are only a few labels, all from the catalogue.
fn register(centre: &UNUserNotificationCenter, labels: Labels) {
    let mut actions = lock(&ACTIONS);
    if !actions.insert(labels) {
        return;
    }
    let categories: Vec<_> = actions.iter().map(category).collect();
    centre.setNotificationCategories(&NSSet::from_retained_slice(&categories));
}

fn category_name((action, alternative): &Labels) -> String {
    match alternative.as_str() {
        "" => action.clone(),
        alternative => format!("{action}\n{alternative}"),
    }
}

fn category(labels: &Labels) -> Retained<UNNotificationCategory> {
    let (action, alternative) = labels;
    // Without `Foreground`: what opens is the browser, not this app.
    let button = |identifier, label: &str| {
        UNNotificationAction::actionWithIdentifier_title_options(
            identifier,
            &NSString::from_str(label),
            UNNotificationActionOptions::empty(),
        )
    };
    let mut buttons = vec![button(ns_string!("act"), action)];
    if !alternative.is_empty() {
        buttons.push(button(ns_string!("other"), alternative));
    }
    UNNotificationCategory::categoryWithIdentifier_actions_intentIdentifiers_options(
        &NSString::from_str(&category_name(labels)),
        &NSArray::from_retained_slice(&buttons),
        &NSArray::new(),
        UNNotificationCategoryOptions::empty(),
    )
}

/// Logs once that notifications are not allowed, not for each one: the menu shows the same
/// information.
fn warn_once(error: *mut NSError) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let error = words(error).unwrap_or_default();
        tracing::warn!(error, "notifications are not allowed in System Settings");
    });
}

fn words(error: *mut NSError) -> Option<String> {
    // SAFETY: the system hands its completion handlers either no error or one that lives as long as
    // the handler runs (UNUserNotificationCenter.h: `NSError *__nullable`).
    let error = unsafe { error.as_ref() }?;
    Some(error.localizedDescription().to_string())
}

/// Locks the mutex, poisoned or not: its value is consistent after each call, even one that
/// panicked.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

define_class!(
    // SAFETY: NSObject asks nothing of its subclasses, and this one has no `Drop`.
    #[unsafe(super(NSObject))]
    #[name = "RemoteJupyterNotificationDelegate"]
    struct Delegate;

    // SAFETY: asks nothing.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: both methods have the signatures of UNUserNotificationCenter.h, as in the trait.
    unsafe impl UNUserNotificationCenterDelegate for Delegate {
        /// Without it nothing is shown while the app is the active one, as after a dialog.
        #[unsafe(method(userNotificationCenter:willPresentNotification:withCompletionHandler:))]
        fn will_present(
            &self,
            _: &UNUserNotificationCenter,
            _: &UNNotification,
            done: &DynBlock<dyn Fn(UNNotificationPresentationOptions)>,
        ) {
            // Both since macOS 11, the least that Info.plist asks for.
            let shown =
                UNNotificationPresentationOptions::Banner | UNNotificationPresentationOptions::List;
            done.call((shown,));
        }

        #[unsafe(method(userNotificationCenter:didReceiveNotificationResponse:withCompletionHandler:))]
        fn did_receive(
            &self,
            _: &UNUserNotificationCenter,
            response: &UNNotificationResponse,
            done: &DynBlock<dyn Fn()>,
        ) {
            *lock(&CLICKED_AT) = Some(Instant::now());
            take(response);
            done.call(());
        }
    }
);

impl Delegate {
    fn new() -> Retained<Self> {
        let this = Self::alloc().set_ivars(());
        // SAFETY: `init` of NSObject takes no argument and gives back the object.
        unsafe { msg_send![super(this), init] }
    }
}

/// A click on the notification itself does what its button does.
fn take(response: &UNNotificationResponse) {
    // SAFETY: a constant of the framework, there since macOS 10.14 and never written.
    let dismissed = unsafe { UNNotificationDismissActionIdentifier };
    if *response.actionIdentifier() == *dismissed {
        return;
    }
    let request = response.notification().request();
    let name = request.identifier().to_string();
    // Apart from the call, which may well post another notification.
    let click = lock(&CLICKS).take(&name);
    if let Some(click) = click {
        let is_other = *response.actionIdentifier() == *ns_string!("other");
        click(if is_other {
            NotificationButton::Alternative
        } else {
            NotificationButton::Action
        });
    } else if !is_of_this_run(&name)
        && let Some(open) = OPEN_HOST.get()
    {
        let host = request.content().threadIdentifier().to_string();
        if !host.is_empty() {
            open(host);
        }
    }
}

fn is_of_this_run(name: &str) -> bool {
    RUN.as_ref().is_some_and(|run| name.starts_with(run))
}
