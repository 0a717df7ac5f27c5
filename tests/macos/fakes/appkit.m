// AppKit: the application, its windows and controls, alerts and what a user does with them.
#include "fake.h"
#include "appkit.h"

#define MAIN on_main_thread(sel_getName(_cmd))

@implementation NSResponder
@end

// --- events ---------------------------------------------------------------------------------------------------------

@implementation NSEvent
- (unsigned short)keyCode { return key; }
+ (NSPoint)mouseLocation { return (NSPoint){400, 300}; }
+ (id)otherEventWithType:(NSUInteger)type location:(NSPoint)at modifierFlags:(NSUInteger)flags
    timestamp:(double)time windowNumber:(NSInteger)window context:(id)context subtype:(short)subtype
    data1:(NSInteger)data1 data2:(NSInteger)data2 {
    // NSEvent.h: the type must be one of NSAppKitDefined … NSPeriodic, else an exception.
    if (type < 13 || type > 16) raise_exception("NSInternalInconsistencyException", "otherEventWithType: of this type");
    return [[self new] autorelease];
}
+ (id)addLocalMonitorForEventsMatchingMask:(NSUInteger)mask handler:(id)handler {
    MAIN;
    if (mask != 1 << 10) broken("a monitor for other events than key presses");
    struct monitor *new = malloc(sizeof *new);
    *new = (struct monitor){_Block_copy(handler), [NSObject new], monitors};
    monitors = new;
    return [[new->token retain] autorelease];
}
+ (void)removeMonitor:(id)token {
    MAIN;
    for (struct monitor **at = &monitors; *at; at = &(*at)->next)
        if ((*at)->token == token) {
            struct monitor *gone = *at;
            *at = gone->next;
            _Block_release(gone->handler);
            [gone->token release];
            free(gone);
            return;
        }
    // NSEvent.h: to be removed once, with the object that adding it gave.
    raise_exception("NSInvalidArgumentException", "removeMonitor: of what is no monitor");
}
@end
struct monitor *monitors;

// --- the application ------------------------------------------------------------------------------------------------

static bool activation_works, is_active;
// macOS 14: activation is cooperative, and a program that the user has not used for a while may be refused it
// (NSApplication.h, at `activate`: "the framework … does not guarantee that the app will be activated").
void fake_activation(int works) { activation_works = works; }
static int posted_events;
NSWindow *modal_window;
static bool stop_requested;
static NSInteger stop_code;

@implementation NSApplication
+ (id)sharedApplication {
    MAIN;
    static id app;
    return app ?: (app = [self new]);
}
- (void)activateIgnoringOtherApps:(BOOL)ignoring { MAIN; is_active = activation_works; }
- (id)modalWindow { MAIN; return [[modal_window retain] autorelease]; }
- (void)stopModalWithCode:(NSInteger)code {
    MAIN;
    // Documentation of stopModal: it must be sent while a modal loop runs.
    if (!modal_window) broken("stopModalWithCode: without a modal window");
    stop_requested = true;
    stop_code = code;
}
- (void)postEvent:(NSEvent *)event atStart:(BOOL)first {
    if (!event) raise_exception("NSInvalidArgumentException", "postEvent: nil");
    posted_events++;
}
@end

// --- views, controls, windows ---------------------------------------------------------------------------------------

@implementation NSView
- (id)initWithFrame:(NSRect)new { MAIN; frame = new; return self; }
- (void)setFrame:(NSRect)new { MAIN; frame = new; }
- (NSRect)frame { MAIN; return frame; }
- (void)addSubview:(NSView *)view {
    MAIN;
    NSRect inner = view->frame;
    // AppKit clips silently; what is cut off cannot be read.
    if (inner.origin.y + inner.size.height > frame.size.height || inner.size.width > frame.size.width)
        broken("a view that is cut off by the one around it");
    subviews[subview_count++] = [view retain];
}
- (id)window { MAIN; return [[window retain] autorelease]; }
- (id)subviews { MAIN; return [NSArray arrayWithObjects:subviews count:(NSUInteger)subview_count]; }
- (void)setToolTip:(NSString *)text { MAIN; [tooltip release]; tooltip = [text copy]; }
- (void)setAccessibilityLabel:(NSString *)label { MAIN; [accessibility release]; accessibility = [label copy]; }
- (void)dealloc {
    while (subview_count) [subviews[--subview_count] release];
    [accessibility release];
    [tooltip release];
    [super dealloc];
}
@end
@implementation NSControl
- (id)stringValue { MAIN; return [[value ?: constant("") retain] autorelease]; }
- (void)setStringValue:(NSString *)new {
    MAIN;
    if (!new) raise_exception("NSInvalidArgumentException", "setStringValue: nil");
    NSString *old = value;
    value = [new copy];
    [old release];
}
- (void)dealloc { [value release]; [super dealloc]; }
@end
@implementation NSTextField
@end
@implementation NSSecureTextField
@end
@implementation NSComboBox
- (void)addItemWithObjectValue:(id)item {
    MAIN;
    if (!item) raise_exception("NSInvalidArgumentException", "addItemWithObjectValue: nil");
    choices[choice_count++] = [item copy];
}
- (void)dealloc { while (choice_count) [choices[--choice_count] release]; [super dealloc]; }
@end
@implementation NSFont
+ (id)userFixedPitchFontOfSize:(CGFloat)size { return [[self new] autorelease]; }
@end
@implementation NSText
- (void)setString:(NSString *)new { MAIN; [text release]; text = [new copy]; }
- (void)setFont:(NSFont *)new { MAIN; [new retain]; [font release]; font = new; }
- (void)setEditable:(BOOL)is { MAIN; fixed = !is; }
- (void)dealloc { [text release]; [font release]; [super dealloc]; }
@end
@implementation NSTextView
+ (id)scrollableTextView {
    MAIN;
    NSScrollView *new = [[NSScrollView new] autorelease];
    new->document = [self new];
    return new;
}
@end
@implementation NSScrollView
- (id)documentView { MAIN; return [[document retain] autorelease]; }
- (void)dealloc { [document release]; [super dealloc]; }
@end
static char *pasteboard;
const char *fake_pasteboard(void) { return pasteboard ?: ""; }
@implementation NSPasteboard
+ (id)generalPasteboard { static id board; return board ?: (board = [self new]); }
- (NSInteger)clearContents { free(pasteboard); pasteboard = NULL; return 1; }
- (BOOL)setString:(NSString *)text forType:(NSString *)type {
    // NSPasteboard.h: whoever writes has cleared it before. The type is NSPasteboardTypeString's value.
    if (pasteboard || strcmp(text_of(type), "public.utf8-plain-text")) return NO;
    pasteboard = strdup(text_of(text));
    return YES;
}
@end
@implementation NSButton
+ (id)checkboxWithTitle:(NSString *)title target:(id)target action:(SEL)action {
    MAIN;
    NSButton *new = [[self new] autorelease];
    new->title = [title copy];
    new->checkbox = true;
    return new;
}
+ (id)buttonWithTitle:(NSString *)title target:(id)target action:(SEL)action {
    MAIN;
    NSButton *new = [[self new] autorelease];
    new->title = [title copy];
    new->target = target;
    new->action = action;
    return new;
}
- (void)press {
    if (![target respondsToSelector:action]) raise_exception("NSInvalidArgumentException", "unrecognized selector");
    objc_msg_lookup(target, action)(target, action, self);
}
- (NSInteger)state { MAIN; return state; }
- (void)setKeyEquivalent:(NSString *)new { MAIN; [key release]; key = [new copy]; }
- (void)setHasDestructiveAction:(BOOL)is { MAIN; destructive = is; }
- (void)dealloc { [title release]; [key release]; [super dealloc]; }
@end
@implementation NSWindow
- (void)orderOut:(id)sender { MAIN; visible = false; }
- (void)orderFrontRegardless { MAIN; visible = in_front = true; }
- (void)setLevel:(NSInteger)new { MAIN; level = new; }
- (void)setTitle:(NSString *)new { MAIN; [title release]; title = [new copy]; }
- (NSUInteger)styleMask { MAIN; return style; }
- (void)setStyleMask:(NSUInteger)new {
    MAIN;
    // NSWindow.h: NSWindowStyleMaskNonactivatingPanel is "specifically for NSPanel".
    if (new & 1 << 7 && ![self isKindOfClass:[NSPanel class]])
        raise_exception("NSInternalInconsistencyException", "a nonactivating window that is no panel");
    style = new;
}
- (void)setInitialFirstResponder:(NSView *)view { MAIN; [first release]; first = [view retain]; }
- (BOOL)isVisible { MAIN; return visible; }
- (id)screen { MAIN; return on_screen ? self : nil; }
- (NSUInteger)occlusionState { MAIN; return occluded ? 0 : 1 << 1; }
- (void)dealloc { [first release]; [title release]; [super dealloc]; }
@end
@implementation NSPanel
@end

// --- alerts ---------------------------------------------------------------------------------------------------------

struct act *script;
static struct act **script_end = &script;
static void add_act(struct act act) {
    *script_end = malloc(sizeof act);
    **script_end = act;
    script_end = &(*script_end)->next;
}
void fake_types(const char *text) { add_act((struct act){.kind = TYPE, .text = strdup(text)}); }
void fake_presses_key(int code, const char *text) { add_act((struct act){.kind = KEY, .code = code, .text = strdup(text)}); }
void fake_clicks_button(int at) { add_act((struct act){.kind = BUTTON, .code = at}); }
void fake_ticks(void) { add_act((struct act){.kind = TICK}); }
void fake_copies(void) { add_act((struct act){.kind = COPY}); }
void fake_chooses(int at) { add_act((struct act){.kind = CHOOSE, .code = at}); }
void fake_meanwhile(void (*call)(void)) { add_act((struct act){.kind = CALL, .call = call}); }
int fake_acts_left(void) {
    int left = 0;
    for (struct act *at = script; at; at = at->next) left++;
    return left;
}

static struct shown shown[16];
static int shown_count;
const struct shown *fake_shown(int at) { return at < shown_count ? &shown[at] : NULL; }
static NSAlert *alerts[16];
int fake_windows_on_screen(void) {
    int count = 0;
    for (int at = 0; at < shown_count; at++) count += alerts[at]->window->visible;
    return count;
}
int fake_monitors(void) {
    int count = 0;
    for (struct monitor *at = monitors; at; at = at->next) count++;
    return count;
}

@implementation NSAlert
- (id)init { MAIN; window = [NSPanel new]; return self; }
- (void)setMessageText:(NSString *)new { MAIN; title = [new copy]; }
- (void)setInformativeText:(NSString *)new { MAIN; text = [new copy]; }
- (id)addButtonWithTitle:(NSString *)label {
    MAIN;
    NSButton *new = [NSButton new];
    new->title = [label copy];
    // NSAlert.h: Return for the first one, Escape for one that is called "Cancel".
    new->key = constant(button_count == 0 ? "\r" : !strcmp(text_of(label), "Cancel") ? "\x1b" : "");
    buttons[button_count++] = new;
    return [[new retain] autorelease];
}
- (void)setAccessoryView:(NSView *)view { MAIN; accessory = [view retain]; laid_out = false; }
- (void)setAlertStyle:(NSUInteger)new { MAIN; style = new; }
- (void)layout { MAIN; laid_out = true; [window setInitialFirstResponder:nil]; }
- (id)window { MAIN; return [[window retain] autorelease]; }
- (NSTextField *)field {
    for (int at = 0; accessory && at < accessory->subview_count; at++)
        if ([accessory->subviews[at] isKindOfClass:[NSTextField class]]) return (NSTextField *)accessory->subviews[at];
    return nil;
}
- (NSButton *)button:(bool)checkbox {
    for (int at = 0; accessory && at < accessory->subview_count; at++) {
        NSButton *button = (NSButton *)accessory->subviews[at];
        if ([button isKindOfClass:[NSButton class]] && button->checkbox == checkbox) return button;
    }
    return nil;
}
- (NSButton *)tick { return [self button:true]; }
- (NSText *)evidence {
    for (int at = 0; accessory && at < accessory->subview_count; at++)
        if ([accessory->subviews[at] isKindOfClass:[NSScrollView class]])
            return (NSText *)((NSScrollView *)accessory->subviews[at])->document;
    return nil;
}
// Without the keyboard, what is typed goes to another program.
- (bool)has_keyboard { return is_active || (window->style & 1 << 7 && window->in_front); }
- (NSInteger)button_with:(const char *)key {
    for (int at = 0; *key && at < button_count; at++) if (!strcmp(text_of(buttons[at]->key), key)) return 1000 + at;
    return 0;
}
- (NSInteger)press:(int)code text:(const char *)keys {
    if (![self has_keyboard]) return 0;
    NSEvent *event = [[NSEvent new] autorelease];
    event->key = (unsigned short)code;
    // NSEvent.h: a local monitor gets the event before the application sends it on; nil ends it there.
    for (struct monitor *at = monitors, *next; at; at = next) {
        next = at->next;
        id (*handler)(void *, id) = (void *)at->handler->invoke;
        if (!handler(at->handler, event)) return 0;
    }
    NSInteger pressed = [self button_with:keys];
    if (pressed || code) return pressed;
    NSTextField *field = [self field];
    if (field && window->first == field) [field setStringValue:string(keys)];
    return 0;
}
- (NSInteger)act:(struct act *)act {
    switch (act->kind) {
    case TYPE: return [self press:0 text:act->text];
    case KEY: return [self press:act->code text:act->text];
    case BUTTON: return 1000 + act->code;
    case TICK: [self tick]->state = ![self tick]->state; return 0;
    case COPY: [[self button:false] press]; return 0;
    case CHOOSE: [[self field] setStringValue:((NSComboBox *)[self field])->choices[act->code]]; return 0;
    case CALL: act->call(); return 0;
    }
    return 0;
}
- (NSInteger)loop {
    for (;;) {
        while (turn_of_the_run_loop(MODE_MODAL)) {}
        // Documentation of stopModal: the loop looks at it when it has dealt with an event.
        if (posted_events) {
            posted_events = 0;
            if (stop_requested) return stop_code;
        }
        struct act *act = script;
        if (!act) broken("the dialog stays open: no event ends its loop");
        script = act->next;
        if (!script) script_end = &script;
        void *pool = objc_autoreleasePoolPush();
        NSInteger pressed = [self act:act];
        objc_autoreleasePoolPop(pool);
        bool is_event = act->kind != CALL;
        free(act->text);
        free(act);
        if (pressed) { window->visible = false; return pressed; }
        if (is_event && stop_requested) return stop_code;
    }
}
- (NSInteger)runModal {
    MAIN;
    if (fake_in_callback) broken("runModal within tao's callback: its lock is taken for good");
    if (modal_window) broken("an alert within another one");
    if (!laid_out) [self layout];
    struct shown *now = &shown[shown_count];
    alerts[shown_count++] = [self retain];
    NSTextField *field = [self field];
    *now = (struct shown){
        .title = strdup(text_of(title)), .text = strdup(text_of(text)), .buttons = button_count,
        .in_front = is_active || (window->in_front && window->level >= 3), .keyboard = [self has_keyboard],
        .secure = field && [field isKindOfClass:[NSSecureTextField class]],
        .field_label = strdup(field ? text_of(field->accessibility) : ""),
        .tick_label = strdup([self tick] ? text_of([self tick]->title) : ""),
        .window_title = strdup(text_of(window->title)),
        // What can be edited is no evidence.
        .evidence = strdup([self evidence] && [self evidence]->fixed ? text_of([self evidence]->text) : ""),
        .caution = style == 2, // NSAlertStyleCritical
        .choices = [field isKindOfClass:[NSComboBox class]] ? ((NSComboBox *)field)->choice_count : 0,
    };
    for (int at = 0; at < button_count; at++) {
        now->button[at] = strdup(text_of(buttons[at]->title));
        now->key[at] = strdup(text_of(buttons[at]->key));
        now->destructive[at] = buttons[at]->destructive;
    }
    window->visible = true;
    modal_window = window;
    stop_requested = false;
    NSInteger response = [self loop];
    modal_window = nil;
    return response;
}
- (void)dealloc {
    while (button_count) [buttons[--button_count] release];
    [title release];
    [text release];
    [accessory release];
    [window release];
    [super dealloc];
}
@end
