// The classes of AppKit that appkit.m and menubar.m share.
#pragma once
#include "fake.h"

struct monitor { struct block *handler; id token; struct monitor *next; };
extern struct monitor *monitors;

// What a user does with a dialog, in turn; CALL is what happens elsewhere meanwhile, and no event of the dialog's.
struct act { enum { TYPE, KEY, BUTTON, TICK, COPY, CHOOSE, CALL } kind; int code; char *text; void (*call)(void); struct act *next; };
// What a dialog looked like when it came up.
struct shown {
    char *title, *text, *button[4], *key[4], *field_label, *tick_label, *window_title, *evidence;
    int buttons, in_front, keyboard, secure, destructive[4], caution, choices;
};

@interface NSEvent : NSObject { @public unsigned short key; }
@end
@interface NSResponder : NSObject
@end
@interface NSApplication : NSResponder
@end
@class NSWindow;
@interface NSView : NSResponder {
@public
    NSRect frame;
    NSView *subviews[8];
    int subview_count;
    NSString *accessibility, *tooltip;
    NSWindow *window;
}
- (void)addSubview:(NSView *)view;
@end
@interface NSControl : NSView { @public NSString *value; }
@end
@interface NSTextField : NSControl
@end
@interface NSSecureTextField : NSTextField
@end
@interface NSComboBox : NSTextField { @public NSString *choices[8]; int choice_count; }
@end
@interface NSFont : NSObject
@end
@interface NSText : NSView { @public NSString *text; NSFont *font; BOOL fixed; }
@end
@interface NSTextView : NSText
@end
@interface NSScrollView : NSView { @public NSView *document; }
@end
@interface NSPasteboard : NSObject
@end
@interface NSButton : NSControl {
@public
    NSString *title, *key;
    NSInteger state;
    bool checkbox, destructive;
    id target; // not retained
    SEL action;
}
@end
@interface NSWindow : NSResponder {
@public
    bool visible, in_front, on_screen, occluded;
    NSInteger level;
    NSUInteger style;
    NSView *first;
    NSString *title;
}
@end
@interface NSPanel : NSWindow
@end
@interface NSAlert : NSObject {
@public
    NSString *title, *text;
    NSButton *buttons[4];
    int button_count;
    NSView *accessory;
    NSPanel *window;
    bool laid_out;
    NSUInteger style;
}
@end
