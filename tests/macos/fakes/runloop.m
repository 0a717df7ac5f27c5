// The main thread's run loop, and the main dispatch queue, which it serves.
#include "fake.h"
#include <time.h>
#include <unistd.h>

int fake_in_callback;

struct work { void (*run)(void *); void *context; double due; struct work *next; };
static struct work *queue;                   // by time; those of the same time in the order of their coming
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int in_a_block_of_the_queue;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void add(void (*run)(void *), void *context, double due) {
    struct work *new = malloc(sizeof *new);
    *new = (struct work){run, context, due, NULL};
    pthread_mutex_lock(&lock);
    struct work **at = &queue;
    while (*at && (*at)->due <= due) at = &(*at)->next;
    new->next = *at;
    *at = new;
    pthread_mutex_unlock(&lock);
}

struct dispatch_queue { char opaque[64]; } _dispatch_main_q;
void dispatch_async_f(struct dispatch_queue *to, void *context, void (*run)(void *)) {
    if (to != &_dispatch_main_q) broken("a dispatch queue that is not the main one");
    add(run, context, 0);
}
unsigned long long dispatch_time(unsigned long long base, long long nanoseconds) {
    if (base) broken("dispatch_time from another time than now");
    return (unsigned long long)(now() * 1e9) + (unsigned long long)nanoseconds;
}
void dispatch_after_f(unsigned long long when, struct dispatch_queue *to, void *context, void (*run)(void *)) {
    if (to != &_dispatch_main_q) broken("a dispatch queue that is not the main one");
    add(run, context, (double)when / 1e9);
}

// The documentation of dispatch_get_main_queue: a serial queue, so none of its blocks runs within another one, also
// where that one runs a loop of its own.
static bool serve_the_queue(void) {
    if (in_a_block_of_the_queue) return false;
    pthread_mutex_lock(&lock);
    struct work *first = queue;
    if (first && first->due > now()) first = NULL;
    if (first) queue = first->next;
    pthread_mutex_unlock(&lock);
    if (!first) return false;
    in_a_block_of_the_queue = 1;
    first->run(first->context);
    in_a_block_of_the_queue = 0;
    free(first);
    return true;
}

// --- blocks of the run loop -----------------------------------------------------------------------------------------

NSString *NSDefaultRunLoopMode, *NSRunLoopCommonModes, *NSModalPanelRunLoopMode, *NSEventTrackingRunLoopMode;
__attribute__((constructor(65535))) static void names(void) {
    NSDefaultRunLoopMode = constant("kCFRunLoopDefaultMode");
    NSRunLoopCommonModes = constant("kCFRunLoopCommonModes");
    NSModalPanelRunLoopMode = constant("NSModalPanelRunLoopMode");
    NSEventTrackingRunLoopMode = constant("NSEventTrackingRunLoopMode");
}

struct perform { struct block *block; int modes; struct perform *next; };
static struct perform *performs;

static int mode_of(id name) {
    if ([name isEqual:NSDefaultRunLoopMode]) return MODE_DEFAULT;
    if ([name isEqual:NSModalPanelRunLoopMode]) return MODE_MODAL;
    if ([name isEqual:NSEventTrackingRunLoopMode]) return MODE_TRACKING;
    // NSRunLoop.h, NSApplication.h: AppKit makes both of its modes common ones.
    if ([name isEqual:NSRunLoopCommonModes]) return MODE_DEFAULT | MODE_MODAL | MODE_TRACKING;
    broken("a mode of the run loop that nothing runs");
}

@interface NSRunLoop : NSObject
@end
@implementation NSRunLoop
+ (id)mainRunLoop {
    static id loop;
    return loop ?: (loop = [self new]);
}
- (void)performInModes:(NSArray *)modes block:(id)block {
    struct perform *new = malloc(sizeof *new);
    *new = (struct perform){_Block_copy(block), 0, NULL};
    for (NSUInteger at = 0; at < modes->count; at++) new->modes |= mode_of(modes->items[at]);
    pthread_mutex_lock(&lock);
    struct perform **at = &performs;
    while (*at) at = &(*at)->next;
    *at = new;
    pthread_mutex_unlock(&lock);
}
@end

static bool perform_one(enum mode mode) {
    pthread_mutex_lock(&lock);
    struct perform **at = &performs;
    while (*at && !((*at)->modes & mode)) at = &(*at)->next;
    struct perform *found = *at;
    if (found) *at = found->next;
    pthread_mutex_unlock(&lock);
    if (!found) return false;
    found->block->invoke == NULL ? broken("an empty block") : ((void (*)(void *))found->block->invoke)(found->block);
    _Block_release(found->block);
    free(found);
    return true;
}

bool turn_of_the_run_loop(enum mode mode) {
    void *pool = objc_autoreleasePoolPush();
    bool did = serve_the_queue() || perform_one(mode);
    objc_autoreleasePoolPop(pool);
    return did;
}

static void run(enum mode mode, int milliseconds) {
    double until = now() + milliseconds / 1e3;
    do {
        while (turn_of_the_run_loop(mode)) {}
        fake_settle();
        if (turn_of_the_run_loop(mode)) continue;
        if (now() >= until) return;
        usleep(1000);
    } while (true);
}
// Until there is nothing to do, and at least this time has passed.
void fake_run(int milliseconds) { run(MODE_DEFAULT, milliseconds); }
// As while a menu is open.
void fake_run_tracking(int milliseconds) { run(MODE_TRACKING, milliseconds); }
// As tao's callback runs: with its lock held (tao 0.36, app_state.rs).
void fake_callback(int on) { fake_in_callback = on; }
