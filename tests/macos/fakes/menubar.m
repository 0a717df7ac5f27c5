// AppKit's menu bar and the workspace: status item, menus that track, sleep, reduced motion.
#include "appkit.h"

#define MAIN on_main_thread(sel_getName(_cmd))

@interface NSNotificationCenter : NSObject
+ (id)defaultCenter;
@end
void post_notification(NSNotificationCenter *centre, const char *name);

NSString *NSMenuDidBeginTrackingNotification, *NSMenuDidEndTrackingNotification;
NSString *NSWorkspaceWillSleepNotification, *NSWorkspaceDidWakeNotification;
__attribute__((constructor(65535))) static void names(void) {
    NSMenuDidBeginTrackingNotification = constant("NSMenuDidBeginTrackingNotification");
    NSMenuDidEndTrackingNotification = constant("NSMenuDidEndTrackingNotification");
    NSWorkspaceWillSleepNotification = constant("NSWorkspaceWillSleepNotification");
    NSWorkspaceDidWakeNotification = constant("NSWorkspaceDidWakeNotification");
}

// --- the workspace: a centre of its own, which posts to every application (NSWorkspace.h) ----------------------------

static bool reduces_motion;
void fake_reduce_motion(int on) { reduces_motion = on; }
@interface NSWorkspace : NSObject {
@public
    NSNotificationCenter *centre;
}
@end
@implementation NSWorkspace
+ (id)sharedWorkspace {
    static NSWorkspace *shared;
    if (!shared) {
        shared = [self new];
        shared->centre = [NSNotificationCenter new];
    }
    return shared;
}
- (id)notificationCenter { return centre; }
- (BOOL)accessibilityDisplayShouldReduceMotion { return reduces_motion; }
@end
void fake_workspace_says(const char *name) {
    void *pool = objc_autoreleasePoolPush();
    post_notification(((NSWorkspace *)[NSWorkspace sharedWorkspace])->centre, name);
    objc_autoreleasePoolPop(pool);
}

// --- menus ----------------------------------------------------------------------------------------------------------

static int popped_up;
static void (*while_open)(void);
@interface NSMenu : NSObject
@end
// NSMenu.h: both are posted to the default centre on the main thread, for the menu that tracks, not for its submenus.
static void track(void) {
    post_notification([NSNotificationCenter defaultCenter], "NSMenuDidBeginTrackingNotification");
    if (while_open) while_open();
    while (turn_of_the_run_loop(MODE_TRACKING)) {}
    post_notification([NSNotificationCenter defaultCenter], "NSMenuDidEndTrackingNotification");
}
@implementation NSMenu
- (BOOL)popUpMenuPositioningItem:(id)item atLocation:(NSPoint)at inView:(id)view {
    MAIN;
    if (fake_in_callback) broken("a menu that tracks within tao's callback: its lock is taken for good");
    popped_up++;
    track();
    return YES;
}
@end
int fake_popped_up(void) { return popped_up; }
// A user opens the menu of the status item; `meanwhile` happens before it closes.
void fake_menu_opened(void (*meanwhile)(void)) {
    void *pool = objc_autoreleasePoolPush();
    while_open = meanwhile;
    track();
    while_open = NULL;
    objc_autoreleasePoolPop(pool);
}

static bool is_covered;
// --- the status item ------------------------------------------------------------------------------------------------

@interface NSStatusBarButton : NSButton
@end
@implementation NSStatusBarButton
@end
// tray-icon's view over the button: it takes the mouse, and attaches the menu for as long as it is pressed.
@interface TaoTrayTarget : NSView
@end
@implementation TaoTrayTarget
- (void)removeFromSuperview { MAIN; is_covered = false; }
@end
@interface NSStatusItem : NSObject {
@public
    NSStatusBarButton *button;
    id menu;
    BOOL visible;
}
@end
static NSStatusItem *the_item;
@implementation NSStatusItem
- (id)init {
    MAIN;
    button = [NSStatusBarButton new];
    button->window = [NSWindow new];
    button->window->visible = button->window->on_screen = true;
    visible = YES;
    [button addSubview:[TaoTrayTarget new]];
    is_covered = true;
    return the_item = self;
}
- (id)button { MAIN; return [[button retain] autorelease]; }
- (BOOL)isVisible { MAIN; return visible; }
- (id)menu { MAIN; return menu; }
- (void)setMenu:(id)new { MAIN; [menu release]; menu = [new retain]; }
@end
// Where the icon is: 0 in the menu bar, 1 behind the notch or other icons, 2 on no screen, 3 taken away by the user,
// 4 without a window.
void fake_icon_is(int hidden) {
    NSWindow *window = the_item->button->window;
    window->occluded = hidden == 1;
    window->on_screen = hidden != 2;
    the_item->visible = hidden != 3;
    if (hidden == 4) the_item->button->window = nil;
}
const char *fake_icon_label(void) { return text_of(the_item->button->accessibility); }
const char *fake_icon_hint(void) { return text_of(the_item->button->tooltip); }
// NSAccessibility: a press of the button (VoiceOver, the keyboard) opens the item's menu, if it has one. A click opens it
// too; through tray-icon's view it takes the menu away again afterwards.
int fake_press_opens_menu(void) { return the_item->menu != nil; }
void fake_icon_clicked(void) { if (is_covered) [the_item setMenu:nil]; }
