// What the fakes share. They are Objective-C as GCC compiles it: no blocks, no properties, manual retain and release.
#pragma once
#include <objc/objc.h>
#include <objc/runtime.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// objc2 compares these types with those of Apple's headers at each message (in a debug build).
typedef unsigned long long NSUInteger;
typedef long long NSInteger;
typedef double CGFloat;
typedef struct _NSPoint { CGFloat x, y; } NSPoint;
typedef struct _NSSize { CGFloat width, height; } NSSize;
typedef struct _NSRect { NSPoint origin; NSSize size; } NSRect;

__attribute__((objc_root_class))
@interface NSObject {
    Class isa;
    long refs;
}
+ (id)alloc;
+ (id)new;
+ (Class)class;
- (id)init;
- (id)retain;
- (oneway void)release;
- (id)autorelease;
- (void)dealloc;
- (BOOL)isEqual:(id)other;
- (BOOL)isKindOfClass:(Class)class;
- (BOOL)respondsToSelector:(SEL)name;
@end

@interface NSString : NSObject {
@public
    char *text;
    NSUInteger size;
}
- (const char *)UTF8String;
- (id)copy;
@end

// A collection that only keeps what it is given.
@interface FakeItems : NSObject {
@public
    id *items;
    NSUInteger count;
}
@end
@interface NSArray : FakeItems
+ (id)arrayWithObjects:(id *)objects count:(NSUInteger)number;
@end
@interface NSSet : FakeItems
@end

// The layout of a block: https://clang.llvm.org/docs/Block-ABI-Apple.html
struct block {
    void *isa;
    int flags, reserved;
    void (*invoke)(void);
};
void *_Block_copy(const void *block);
void _Block_release(const void *block);

NSString *string(const char *text);          // autoreleased
NSString *constant(const char *text);        // lives as long as the process
const char *text_of(id string);              // "" for nil
void *objc_autoreleasePoolPush(void);
void objc_autoreleasePoolPop(void *pool);
id objc_storeWeak(id *place, id object);
id objc_loadWeakRetained(id *place);

// An Objective-C exception. Rust must not unwind one, so it ends the process, as an uncaught one does on a Mac.
void raise_exception(const char *name, const char *reason) __attribute__((noreturn));
// A rule of a fake's own that the program broke: it would have hung, or lost something, on a Mac.
void broken(const char *rule) __attribute__((noreturn));

bool is_main_thread(void);
// AppKit: "must be used from main thread only" (NSInternalInconsistencyException), as the Main Thread Checker
// and AppKit's own assertions say; the headers mark these classes NS_SWIFT_UI_ACTOR.
void on_main_thread(const char *what);

// Runs `work(context)` on a thread of its own, with a pool; fake_settle() waits for all of these.
void on_a_thread(void (*work)(void *), void *context);
void fake_settle(void);

// The run loop of the main thread: each mode serves what was put into it (runloop.m).
enum mode { MODE_DEFAULT = 1, MODE_MODAL = 2, MODE_TRACKING = 4 };
bool turn_of_the_run_loop(enum mode mode);
extern int fake_in_callback;                 // tao's handler runs: it holds a lock that must not be taken again
